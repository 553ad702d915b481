namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Configures the ONNX classifier: the section <c>Onnx</c>.</summary>
public sealed class OnnxOptions
{
    /// <summary>Gets or sets where the model is.</summary>
    /// <value>A folder as <c>optimum-cli export onnx</c> writes it, or an .onnx file in or below such a folder. Empty, with
    /// everything else left at its default, takes the router that ships with this package (docs/default-model.md); default empty.</value>
    public string ModelPath { get; set; } = "";

    /// <summary>Gets or sets where the native library of ONNX Runtime is.</summary>
    /// <value>Its file, or a folder that holds it; null looks where packages put it; default null.</value>
    public string? LibraryPath { get; set; }

    /// <summary>Gets or sets what the model runs on.</summary>
    /// <value>Default <see cref="OnnxDevice.Auto"/>.</value>
    public OnnxDevice Device { get; set; }

    /// <summary>Gets or sets which of several cards.</summary>
    /// <value>Default 0.</value>
    public int DeviceId { get; set; }

    /// <summary>Gets or sets whether a device that does not work is an error rather than a reason to take the processor.</summary>
    /// <value>Default false.</value>
    public bool RequireDevice { get; set; }

    /// <summary>Gets or sets how much of a card's memory the runtime may take.</summary>
    /// <value>Bytes; null means no limit; default null.</value>
    public long? MemoryLimitBytes { get; set; }

    /// <summary>Gets or sets how many threads of the processor work on one run.</summary>
    /// <value>null means one for each core; default null.</value>
    public int? Threads { get; set; }

    /// <summary>Gets what else the execution provider is told, in its own words.</summary>
    public IDictionary<string, string> ProviderOptions { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Gets or sets how many tokens are read, special ones included.</summary>
    /// <value>null means as many as the model can take; default null.</value>
    public int? MaxTokens { get; set; }

    /// <summary>Gets or sets how much text is looked at at all.</summary>
    /// <value>UTF-16 code units; default 32,768.</value>
    public int MaxCharacters { get; set; } = 32_768;

    /// <summary>Gets or sets what the logits are divided by.</summary>
    /// <value>Positive; default 1.</value>
    public double Temperature { get; set; } = 1;

    /// <summary>Gets how hard the requests of each label are: label to 0 to 1.</summary>
    public IDictionary<string, double> Labels { get; } = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets or sets how sure a model counts as whose one number is the complexity.</summary>
    /// <value>0 to 1; default 0.8.</value>
    public double RegressionConfidence { get; set; } = 0.8;

    /// <summary>Gets or sets how long one classification may take.</summary>
    /// <value>Default 250 ms.</value>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets how requests that come together are run.</summary>
    public OnnxBatchOptions Batch { get; } = new();
}
