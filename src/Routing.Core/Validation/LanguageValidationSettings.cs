using LlmRouting.TextAnalysis;

namespace LlmRouting.Validation;

/// <summary>Sets which writing system and which language an answer must have.</summary>
public sealed record LanguageValidationSettings
{
    /// <summary>Gets the defaults.</summary>
    public static LanguageValidationSettings Default { get; } = new();

    /// <summary>Gets the writing system.</summary>
    /// <value>null (the default) means that of <see cref="Language"/>, or else of what the user wrote last.</value>
    public TextScript? Script { get; init; }

    /// <summary>Gets the language.</summary>
    /// <value>
    /// One of en, de, fr, es, it, pt, nl, pl, sv, da (no, nb and nn mean the same), tr, cs, ru and uk; null (the default) means that of what
    /// the user wrote last. A language brings its writing system, unless <see cref="Script"/> is set too.
    /// </value>
    public string? Language { get; init; }

    /// <summary>Gets how many letters an answer must have to be judged.</summary>
    /// <value>At least 1; default 24. Names, numbers and code snippets say nothing of the language.</value>
    public int MinLetters { get; init; } = 24;

    /// <summary>Gets the share of letters that must belong to the writing system.</summary>
    /// <value>More than 0, at most 1; default 0.4. Technical terms stay Latin in any language.</value>
    public double MinShare { get; init; } = 0.4;
}
