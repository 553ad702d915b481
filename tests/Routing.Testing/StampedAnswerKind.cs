namespace LlmRouting.Testing;

/// <summary>Says how much of one answer a caller saw.</summary>
public enum StampedAnswerKind
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>One answer, all of it, once and in order.</summary>
    Whole,

    /// <summary>The beginning of one answer.</summary>
    Part,

    /// <summary>Anything else: words of two answers, a word twice, a gap, or words that nobody stamped.</summary>
    Mixed,
}
