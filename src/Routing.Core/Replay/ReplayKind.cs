namespace LlmRouting.Replay;

/// <summary>Says how a decision that was made again compares with the record.</summary>
internal enum ReplayKind
{
    /// <summary>The same ranking, confidence, reason and steps, bit for bit.</summary>
    Same,

    /// <summary>Another ranking, confidence, reason or step.</summary>
    Different,

    /// <summary>The record does not hold what this configuration asks for.</summary>
    Unreplayable,
}
