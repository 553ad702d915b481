namespace LlmRouting.Execution;

/// <summary>Says which of a model's endpoints is called first.</summary>
public enum EndpointOrder
{
    /// <summary>The one with less load of two, those of the same region first; see docs/reliability.md.</summary>
    Balanced,

    /// <summary>The first, as long as it works; a call goes to the next when it fails or is passed over.</summary>
    InOrder,
}
