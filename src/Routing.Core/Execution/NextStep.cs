namespace LlmRouting.Execution;

/// <summary>Says what a walk does next.</summary>
internal enum NextStep
{
    /// <summary>It calls the target.</summary>
    Call,

    /// <summary>It waits, and asks again then.</summary>
    Wait,

    /// <summary>It has come to its end.</summary>
    End,
}
