using LlmRouting.TextAnalysis;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures when a rule holds; what is not set does not count.</summary>
public sealed class RuleConditionOptions
{
    /// <summary>Gets words or phrases of which the last user message must hold at least one.</summary>
    public IList<string> Keywords { get; } = [];

    /// <summary>Gets or sets a pattern that the last user message must match, in any case.</summary>
    /// <value>A .NET regular expression; default null.</value>
    public string? Regex { get; set; }

    /// <summary>Gets or sets how long matching the pattern may take; then it does not match.</summary>
    /// <value>Positive; default 50 milliseconds. Not needed by patterns that match in linear time, which most do.</value>
    public TimeSpan RegexTimeout { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Gets facts that the request's metadata must hold.</summary>
    /// <value>"*" matches any value.</value>
    public IDictionary<string, string> Metadata { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets the class of user.</summary>
    public string? UserTier { get; set; }

    /// <summary>Gets or sets the policy.</summary>
    public string? Policy { get; set; }

    /// <summary>Gets or sets the priority.</summary>
    public RequestPriority? Priority { get; set; }

    /// <summary>Gets or sets the smallest request, in estimated input tokens.</summary>
    public int? MinInputTokens { get; set; }

    /// <summary>Gets or sets the largest request, in estimated input tokens.</summary>
    public int? MaxInputTokens { get; set; }

    /// <summary>Gets or sets the smallest number of user turns.</summary>
    public int? MinTurns { get; set; }

    /// <summary>Gets or sets whether the request holds code.</summary>
    public bool? HasCode { get; set; }

    /// <summary>Gets or sets whether the request holds images.</summary>
    public bool? HasImages { get; set; }

    /// <summary>Gets or sets whether the request offers tools.</summary>
    public bool? HasTools { get; set; }

    /// <summary>Gets or sets the shape of answer asked for.</summary>
    public RequestedFormat? Format { get; set; }

    /// <summary>Gets or sets the writing system.</summary>
    public TextScript? Script { get; set; }

    /// <summary>Gets or sets the category of the classification.</summary>
    public string? Category { get; set; }

    /// <summary>Gets or sets the label of the classification.</summary>
    public string? Label { get; set; }

    /// <summary>Gets or sets the lowest complexity, 0 to 1.</summary>
    public double? MinComplexity { get; set; }

    /// <summary>Gets or sets the highest complexity, 0 to 1.</summary>
    public double? MaxComplexity { get; set; }
}
