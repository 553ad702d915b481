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

    public void AddCuda(IReadOnlyList<string> keys, IReadOnlyList<string> values) =>
        Add("CUDA", _api.CreateCudaOptions, _api.UpdateCudaOptions, _api.AppendCuda, _api.ReleaseCudaOptions, keys, values);

    public void AddTensorRt(IReadOnlyList<string> keys, IReadOnlyList<string> values) =>
        Add("TensorRT", _api.CreateTensorRtOptions, _api.UpdateTensorRtOptions, _api.AppendTensorRt, _api.ReleaseTensorRtOptions, keys, values);

    public void Add(string provider, IReadOnlyList<string> keys, IReadOnlyList<string> values)
    {
        using Utf8Strings name = new([provider]);
        using Utf8Strings names = new(keys);
        using Utf8Strings settings = new(values);
        _api.Check(_api.AppendProvider(Options, name.Pointers[0], names.Pointers, settings.Pointers, (nuint)keys.Count), $"{provider} could not be loaded");
    }

    public void Dispose() => Handle.Dispose();

    // These two have options of a type of their own, which are made, filled, appended and released.
    private void Add(
        string provider,
        delegate* unmanaged<nint*, nint> create,
        delegate* unmanaged<nint, byte**, byte**, nuint, nint> update,
        delegate* unmanaged<nint, nint, nint> append,
        delegate* unmanaged<nint, void> release,
        IReadOnlyList<string> keys,
        IReadOnlyList<string> values)
    {
        nint own;
        _api.Check(create(&own), $"{provider} could not be set up");
        try
        {
            using Utf8Strings names = new(keys);
            using Utf8Strings settings = new(values);
            _api.Check(update(own, names.Pointers, settings.Pointers, (nuint)keys.Count), $"{provider} refused its options");
            _api.Check(append(Options, own), $"{provider} could not be loaded");
        }
        finally
        {
            release(own);
        }
    }
}
