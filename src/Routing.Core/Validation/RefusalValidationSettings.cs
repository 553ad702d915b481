using System.Collections.Immutable;

namespace LlmRouting.Validation;

/// <summary>Sets what counts as a refusal.</summary>
public sealed record RefusalValidationSettings
{
    /// <summary>Gets the defaults.</summary>
    public static RefusalValidationSettings Default { get; } = new();

    /// <summary>Gets the phrases with which a refusal starts.</summary>
    /// <value>Matched at the start of a sentence, ignoring case, spacing and the shape of apostrophes; an asterisk at the end lets the last
    /// word go on. Default <see cref="RefusalPhrases.Refusals"/>.</value>
    public ImmutableArray<string> Phrases { get; init; } = RefusalPhrases.Refusals;

    /// <summary>Gets the phrases with which an answer admits that it does not know.</summary>
    /// <value>As <see cref="Phrases"/>. Default empty; <see cref="RefusalPhrases.Hedges"/> is a start.</value>
    public ImmutableArray<string> Hedges { get; init; } = [];

    /// <summary>Gets how much of the answer is looked at.</summary>
    /// <value>Characters; 1 to 4000; default 400.</value>
    public int MaxCharacters { get; init; } = 400;

    /// <summary>Gets how many sentences are looked at.</summary>
    /// <value>At least 1; default 2: "Thanks for asking. I can't help with that."</value>
    public int MaxSentences { get; init; } = 2;
}
