using System.Collections.Immutable;
using System.Text.RegularExpressions;
using LlmRouting.TextAnalysis;

namespace LlmRouting.Strategies;

/// <summary>Says when a rule holds; what is not set does not count.</summary>
/// <remarks>Immutable. Conditions are tested from the cheapest to the dearest, and the request is classified only when nothing cheaper failed.</remarks>
public sealed record RuleCondition
{
    /// <summary>Gets words or phrases of which the last user message must hold at least one.</summary>
    /// <value>Whole words, in any case; default empty.</value>
    public ImmutableArray<string> Keywords { get; init; } = [];

    /// <summary>Gets a pattern that the last user message must match.</summary>
    /// <value>Give it a match time-out: one that runs past it does not match. Default null.</value>
    public Regex? Regex { get; init; }

    /// <summary>Gets facts that <see cref="RoutingHints.Metadata"/> must hold, each with this value.</summary>
    /// <value>Values are compared ignoring case; "*" matches any value; default empty.</value>
    public ImmutableArray<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Gets the class of user.</summary>
    /// <value>Compared with <see cref="RoutingHints.UserTier"/> ignoring case; default null.</value>
    public string? UserTier { get; init; }

    /// <summary>Gets the policy.</summary>
    /// <value>Compared with <see cref="RoutingHints.Policy"/> ignoring case; default null.</value>
    public string? Policy { get; init; }

    /// <summary>Gets the priority.</summary>
    /// <value>Default null.</value>
    public RequestPriority? Priority { get; init; }

    /// <summary>Gets the smallest request.</summary>
    /// <value>Estimated input tokens; default null.</value>
    public int? MinInputTokens { get; init; }

    /// <summary>Gets the largest request.</summary>
    /// <value>Estimated input tokens; default null.</value>
    public int? MaxInputTokens { get; init; }

    /// <summary>Gets the smallest number of user turns.</summary>
    /// <value>Default null.</value>
    public int? MinTurns { get; init; }

    /// <summary>Gets whether the request holds code.</summary>
    /// <value>Default null.</value>
    public bool? HasCode { get; init; }

    /// <summary>Gets whether the request holds images.</summary>
    /// <value>Default null.</value>
    public bool? HasImages { get; init; }

    /// <summary>Gets whether the request offers tools.</summary>
    /// <value>Default null.</value>
    public bool? HasTools { get; init; }

    /// <summary>Gets the shape of answer asked for.</summary>
    /// <value>Default null.</value>
    public RequestedFormat? Format { get; init; }

    /// <summary>Gets the writing system.</summary>
    /// <value>Default null.</value>
    public TextScript? Script { get; init; }

    /// <summary>Gets the category of the classification.</summary>
    /// <value>Compared ignoring case; classifies the request; default null.</value>
    public string? Category { get; init; }

    /// <summary>Gets the label of the classification.</summary>
    /// <value>Compared ignoring case; classifies the request; default null.</value>
    public string? Label { get; init; }

    /// <summary>Gets the lowest complexity, itself included.</summary>
    /// <value>0 to 1; classifies the request; default null.</value>
    public double? MinComplexity { get; init; }

    /// <summary>Gets the highest complexity, itself included.</summary>
    /// <value>0 to 1; classifies the request; default null.</value>
    public double? MaxComplexity { get; init; }

    /// <summary>Gets whether the rule needs the request to be classified.</summary>
    internal bool NeedsClassification => Category is not null || Label is not null || MinComplexity is not null || MaxComplexity is not null;

    /// <summary>Tests everything but the classification.</summary>
    internal bool HoldsFor(RoutingRequest request)
    {
        RequestFeatures features = request.Features;
        RoutingHints hints = request.Hints;
        return Same(UserTier, hints.UserTier)
            && Same(Policy, hints.Policy)
            && (Priority is null || Priority == hints.Priority)
            && !(features.EstimatedInputTokens < MinInputTokens)
            && !(features.EstimatedInputTokens > MaxInputTokens)
            && !(features.UserTurns < MinTurns)
            && (HasCode is null || HasCode == features.HasCode)
            && (HasImages is null || HasImages == features.Images > 0)
            && (HasTools is null || HasTools == features.Tools > 0)
            && (Format is null || Format == features.Format)
            && (Script is null || Script == features.Script)
            && MetadataHolds(hints.Metadata)
            && (Keywords.IsEmpty || HasKeyword(request.LastUserText))
            && (Regex is null || RegexMatches(request.LastUserText));
    }

    /// <summary>Tests the classification.</summary>
    internal bool HoldsFor(Classification classification) =>
        Same(Category, classification.Category)
        && Same(Label, classification.Label)
        && !(classification.Complexity < MinComplexity)
        && !(classification.Complexity > MaxComplexity);

    private static bool Same(string? expected, string? actual) =>
        expected is null || string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase);

    private bool MetadataHolds(IDictionary<string, string>? metadata)
    {
        foreach ((string key, string expected) in Metadata)
        {
            if (metadata is null || !metadata.TryGetValue(key, out string? actual) || (expected != "*" && !Same(expected, actual)))
            {
                return false;
            }
        }

        return true;
    }

    private bool HasKeyword(string text)
    {
        foreach (string keyword in Keywords)
        {
            if (ContainsWord(text, keyword))
            {
                return true;
            }
        }

        return false;
    }

    private bool RegexMatches(string text)
    {
        try
        {
            return Regex!.IsMatch(text); // not null: the caller tested it
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static bool ContainsWord(string text, string word)
    {
        if (word.Length == 0)
        {
            return false;
        }

        for (int from = 0; from < text.Length;)
        {
            int at = text.IndexOf(word, from, StringComparison.OrdinalIgnoreCase);
            if (at < 0)
            {
                return false;
            }

            if (IsBoundary(text, at - 1, word[0]) && IsBoundary(text, at + word.Length, word[^1]))
            {
                return true;
            }

            from = at + 1;
        }

        return false;
    }

    // A keyword's edge that is no letter or digit itself has no word boundary to ask for. Nor have scripts that put no space between words,
    // whether the keyword is written in one or stands next to one, as a product's name does in Chinese text.
    private static bool IsBoundary(string text, int index, char edge) =>
        index < 0
        || index >= text.Length
        || !char.IsLetterOrDigit(edge)
        || !char.IsLetterOrDigit(text[index])
        || IsUnspaced(edge)
        || IsUnspaced(text[index]);

    // Blocks of the Unicode standard: Thai and Lao, Myanmar, Khmer, then Han, Kana and Hangul (whose particles follow without a space).
    private static bool IsUnspaced(char letter) =>
        letter is (>= '\u0E00' and <= '\u0EFF') or (>= '\u1000' and <= '\u109F') or (>= '\u1780' and <= '\u17FF') or >= '\u2E80';
}
