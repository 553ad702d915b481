namespace LlmRouting.Onnx.Native;

/// <summary>Says how a session is to be opened: threads, devices.</summary>
/// <remarks>Not thread-safe; needed only until the session is open.</remarks>
internal sealed unsafe class OrtSessionOptions : IDisposable
{
    private const int ErrorLevel = 3;

    private readonly OrtApi _api;

    public OrtSessionOptions(OrtRuntime runtime)
    {
        _api = runtime.Api;
        nint options;
        _api.Check(_api.CreateSessionOptions(&options), "The options of a session could not be created");
        Handle = new OrtHandle(options, _api.ReleaseSessionOptions);
        _api.Check(_api.SetSessionLogSeverityLevel(options, ErrorLevel), "The options of a session could not be set");
    }

    public OrtHandle Handle { get; }

    private nint Options => Handle.DangerousGetHandle(); // this object owns the handle and nobody disposes it in between

    public void SetThreads(int threads) => _api.Check(_api.SetIntraOpNumThreads(Options, threads), $"The number of threads could not be set to {threads}");

    /// <summary>DirectML cannot run with memory patterns.</summary>
    public void DisableMemoryPattern() => _api.Check(_api.DisableMemPattern(Options), "Memory patterns could not be switched off");

    public void AddCuda(IReadOnlyList<string> keys, IReadOnlyList<string> values)
    {
        nint cuda;
        _api.Check(_api.CreateCudaOptions(&cuda), "CUDA could not be set up");
        try
        {
            using Utf8Strings names = new(keys);
            using Utf8Strings settings = new(values);
            _api.Check(_api.UpdateCudaOptions(cuda, names.Pointers, settings.Pointers, (nuint)keys.Count), "CUDA refused its options");
            _api.Check(_api.AppendCuda(Options, cuda), "CUDA could not be loaded");
        }
        finally
        {
            _api.ReleaseCudaOptions(cuda);
        }
    }

    public void AddTensorRt(IReadOnlyList<string> keys, IReadOnlyList<string> values)
    {
        nint tensorRt;
        _api.Check(_api.CreateTensorRtOptions(&tensorRt), "TensorRT could not be set up");
        try
        {
            using Utf8Strings names = new(keys);
            using Utf8Strings settings = new(values);
            _api.Check(_api.UpdateTensorRtOptions(tensorRt, names.Pointers, settings.Pointers, (nuint)keys.Count), "TensorRT refused its options");
            _api.Check(_api.AppendTensorRt(Options, tensorRt), "TensorRT could not be loaded");
        }
        finally
        {
            _api.ReleaseTensorRtOptions(tensorRt);
        }
    }

    public void Add(string provider, IReadOnlyList<string> keys, IReadOnlyList<string> values)
    {
        using Utf8Strings name = new([provider]);
        using Utf8Strings names = new(keys);
        using Utf8Strings settings = new(values);
        _api.Check(_api.AppendProvider(Options, name.Pointers[0], names.Pointers, settings.Pointers, (nuint)keys.Count), $"{provider} could not be loaded");
    }

    public void Dispose() => Handle.Dispose();
}
