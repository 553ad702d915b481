using System.Text.RegularExpressions;

namespace LlmRouting.Validation;

/// <summary>Sets what an answer's text must, or must not, look like.</summary>
public sealed record RegexValidationSettings
{
    /// <summary>Gets the pattern that must be found.</summary>
    /// <value>.NET syntax; null (the default) means none.</value>
    public string? MustMatch { get; init; }

    /// <summary>Gets the pattern that must not be found.</summary>
    /// <value>.NET syntax; null (the default) means none.</value>
    public string? MustNotMatch { get; init; }

    /// <summary>Gets how the patterns are read.</summary>
    /// <value>Default <see cref="RegexOptions.CultureInvariant"/>. The linear-time engine is used wherever it knows the pattern.</value>
    public RegexOptions Options { get; init; } = RegexOptions.CultureInvariant;

    /// <summary>Gets how long one match may take.</summary>
    /// <value>Positive; default 250 ms.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets what to tell the model that made a wrong answer.</summary>
    /// <value>null (the default) means that nothing is told, and another model is asked at once.</value>
    public string? Instruction { get; init; }

    /// <summary>Gets whether an answer passes when a match runs out of time.</summary>
    /// <value>Default false: what could not be checked is rejected.</value>
    public bool AcceptOnTimeout { get; init; }
}
