namespace LlmRouting.Execution;

/// <summary>Says what happens to a streamed answer that outgrows what may be held back before it has been validated.</summary>
public enum HeldLimitPolicy
{
    /// <summary>It is delivered without validation, and its record says so.</summary>
    Commit,

    /// <summary>It is held on to until it ends: nothing unvalidated is delivered, whatever that takes.</summary>
    KeepWaiting,

    /// <summary>It counts as rejected, which climbs to the next model.</summary>
    Reject,
}
