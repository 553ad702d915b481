namespace LlmRouting.Onnx.Inference;

/// <summary>Says how many runs go on at a time, and how requests that must wait are put together.</summary>
/// <remarks>Immutable. A request that finds a free place runs at once, alone, on its caller's thread; only those that had to wait are put together,
/// those of like length (up to 16 tokens, up to 32, 64 and so on) in one run.</remarks>
public sealed record OnnxBatchSettings
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(10);

    /// <summary>Gets how many runs go on at a time.</summary>
    /// <value>At least 1; null means as many as there are cores on the processor, and 1 on a card; default null.</value>
    public int? Places { get; init; }

    /// <summary>Gets how many waiting requests become one run at most.</summary>
    /// <value>At least 1, which puts none together; null means 8 on the processor and 32 on a card; default null.</value>
    public int? MaxBatch { get; init; }

    /// <summary>Gets how many requests may wait; one more is not classified.</summary>
    /// <value>0 or more; default 256.</value>
    public int MaxQueue { get; init; } = 256;

    /// <summary>Gets how long a place that was freed while requests waited stays idle for more of them to come.</summary>
    /// <value>0 to 10 ms; a run begins sooner when its batch is full. A request that finds a free place does not wait at all. The thread that holds the place waits without sleeping, for timers know milliseconds only. 0 runs at once what is there; null means 0
    /// on the processor and 200 microseconds on a card; default null.</value>
    public TimeSpan? MaxWait { get; init; }

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (Places is < 1 or > 1024)
        {
            yield return FormattableString.Invariant($"Batch:Places is {Places}; it must be between 1 and 1,024, or left out.");
        }

        if (MaxBatch is < 1 or > 1024)
        {
            yield return FormattableString.Invariant($"Batch:MaxBatch is {MaxBatch}; it must be between 1 and 1,024, or left out.");
        }

        if (MaxWait < TimeSpan.Zero || MaxWait > LongestWait)
        {
            yield return $"Batch:MaxWait is {MaxWait}; it must be between {TimeSpan.Zero} and {LongestWait}, or left out.";
        }

        if (MaxQueue < 0)
        {
            yield return FormattableString.Invariant($"Batch:MaxQueue is {MaxQueue}; it must not be negative.");
        }
    }
}
