namespace LlmRouting;

/// <summary>Says whether somebody waits for the answer.</summary>
public enum RequestPriority
{
    /// <summary>Somebody waits: latency counts.</summary>
    Interactive,

    /// <summary>Nobody waits: price counts.</summary>
    Background,
}
