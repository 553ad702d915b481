namespace LlmRouting.DecisionLog;

/// <summary>Says what happens to a record while the log is behind.</summary>
public enum DecisionLogFullMode
{
    /// <summary>The record is dropped, counted and reported: requests never wait.</summary>
    Drop,

    /// <summary>The request waits until there is room: no record is dropped, and a slow disk slows requests down.</summary>
    Wait,
}
