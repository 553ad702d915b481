namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Configures how requests that come together are run.</summary>
public sealed class OnnxBatchOptions
{
    /// <summary>Gets or sets how many runs go on at a time.</summary>
    /// <value>null means as many as there are cores on the processor, and 1 on a card; default null.</value>
    public int? Places { get; set; }

    /// <summary>Gets or sets how many waiting requests become one run at most.</summary>
    /// <value>null means 8 on the processor and 32 on a card; default null.</value>
    public int? MaxBatch { get; set; }

    /// <summary>Gets or sets how long a place that was freed while requests waited stays idle for more of them to come.</summary>
    /// <value>0 to 10 ms; null means 0 on the processor and 200 microseconds on a card; default null.</value>
    public TimeSpan? MaxWait { get; set; }

    /// <summary>Gets or sets how many requests may wait.</summary>
    /// <value>Default 256.</value>
    public int MaxQueue { get; set; } = 256;
}
