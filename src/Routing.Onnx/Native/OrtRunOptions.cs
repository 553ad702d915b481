namespace LlmRouting.Onnx.Native;

/// <summary>Lets a run be stopped from another thread; the runtime looks between two nodes of the graph.</summary>
/// <remarks>Serves one run at a time; used again for the next after <see cref="Reset"/>.</remarks>
internal sealed unsafe class OrtRunOptions : IDisposable
{
    private readonly OrtApi _api;

    public OrtRunOptions(OrtRuntime runtime)
    {
        _api = runtime.Api;
        nint options;
        _api.Check(_api.CreateRunOptions(&options), "The options of a run could not be created");
        Handle = new OrtHandle(options, _api.ReleaseRunOptions);
    }

    public OrtHandle Handle { get; }

    public void Terminate() => Set(_api.RunOptionsSetTerminate);

    public void Reset() => Set(_api.RunOptionsUnsetTerminate);

    public void Dispose() => Handle.Dispose();

    private void Set(delegate* unmanaged<nint, nint> function)
    {
        bool held = false;
        try
        {
            Handle.DangerousAddRef(ref held);
            _api.Check(function(Handle.DangerousGetHandle()), "A run could not be stopped");
        }
        finally
        {
            if (held)
            {
                Handle.DangerousRelease();
            }
        }
    }
}
