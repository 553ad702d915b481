using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Native;

/// <summary>Is a model that has been loaded, ready to run.</summary>
/// <remarks>Thread-safe. Disposing it while runs are under way is safe: the native session goes when the last of them has ended.</remarks>
internal sealed unsafe class OrtSession : IDisposable
{
    private readonly OrtRuntime _runtime;
    private readonly OrtApi _api;
    private readonly OrtHandle _handle;
    private readonly string _name;
    private readonly nint[] _inputNames;
    private readonly nint[] _outputNames;

    private OrtSession(OrtRuntime runtime, nint session, string name)
    {
        _runtime = runtime;
        _api = runtime.Api;
        _name = name;
        _handle = new OrtHandle(session, _api.ReleaseSession);
        try
        {
            OrtSessionReader reader = new(runtime, session, name);
            Inputs = reader.ReadInputs();
            Outputs = reader.ReadOutputs();
            Metadata = reader.ReadMetadata();
            _inputNames = [.. Inputs.Select(static input => Marshal.StringToCoTaskMemUTF8(input.Name))];
            _outputNames = [.. Outputs.Select(static output => Marshal.StringToCoTaskMemUTF8(output.Name))];
            _handle.Keep([.. _inputNames, .. _outputNames]);
        }
        catch (OnnxRuntimeException)
        {
            _handle.Dispose();
            throw;
        }
    }

    public OrtRuntime Runtime => _runtime;

    public ImmutableArray<OrtValueInfo> Inputs { get; }

    public ImmutableArray<OrtValueInfo> Outputs { get; }

    /// <summary>Gets what the model's maker wrote into it.</summary>
    public FrozenDictionary<string, string> Metadata { get; }

    /// <summary>Opens a model's file.</summary>
    public static OrtSession Open(OrtRuntime runtime, string path, OrtSessionOptions options)
    {
        nint session;
        string action = $"The model '{path}' could not be opened";
        if (OperatingSystem.IsWindows())
        {
            fixed (char* name = path)
            {
                runtime.Api.Check(runtime.Api.CreateSession(runtime.Environment, name, options.Handle.DangerousGetHandle(), &session), action);
            }
        }
        else
        {
            using Utf8Strings name = new([path]);
            runtime.Api.Check(runtime.Api.CreateSession(runtime.Environment, name.Pointers[0], options.Handle.DangerousGetHandle(), &session), action);
        }

        return new OrtSession(runtime, session, path);
    }

    /// <summary>Opens a model in memory, which is copied.</summary>
    public static OrtSession Open(OrtRuntime runtime, ReadOnlySpan<byte> model, string name, OrtSessionOptions options)
    {
        nint session;
        fixed (byte* bytes = model)
        {
            runtime.Api.Check(
                runtime.Api.CreateSessionFromArray(runtime.Environment, bytes, (nuint)model.Length, options.Handle.DangerousGetHandle(), &session),
                $"The model '{name}' could not be opened");
        }

        return new OrtSession(runtime, session, name);
    }

    /// <summary>Runs the model and copies one output.</summary>
    /// <param name="inputs">A tensor for each of <see cref="Inputs"/>, in their order.</param>
    /// <param name="output">Which output.</param>
    /// <param name="result">Receives it as floats, whatever the model's type of number.</param>
    /// <param name="options">Lets the run be stopped; null when nobody will.</param>
    /// <exception cref="OnnxRuntimeException">The model failed, or the run was stopped.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed before.</exception>
    public void Run(ReadOnlySpan<OrtTensor> inputs, int output, OrtTensor result, OrtRunOptions? options = null)
    {
        nint* values = stackalloc nint[inputs.Length];
        new Span<nint>(values, inputs.Length).Clear();
        nint produced = 0;
        bool held = false;
        bool optionsHeld = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            options?.Handle.DangerousAddRef(ref optionsHeld);
            for (int i = 0; i < inputs.Length; i++)
            {
                values[i] = Wrap(inputs[i]);
            }

            fixed (nint* inputNames = _inputNames)
            fixed (nint* outputNames = _outputNames)
            {
                _api.Check(
                    _api.Run(
                        _handle.DangerousGetHandle(),
                        optionsHeld ? options!.Handle.DangerousGetHandle() : 0, // held means there are options
                        (byte**)inputNames,
                        values,
                        (nuint)inputs.Length,
                        (byte**)(outputNames + output),
                        1,
                        &produced),
                    "The model could not be run");
            }

            Copy(produced, result);
        }
        finally
        {
            for (int i = 0; i < inputs.Length; i++)
            {
                Release(values[i]);
            }

            Release(produced);
            if (optionsHeld)
            {
                options!.Handle.DangerousRelease(); // held means there are options
            }

            if (held)
            {
                _handle.DangerousRelease();
            }
        }
    }

    public void Dispose() => _handle.Dispose();

    private nint Wrap(OrtTensor tensor)
    {
        nint value;
        Span<byte> bytes = tensor.Bytes; // pinned for good, and kept alive by the caller's tensor
        fixed (long* shape = tensor.Shape)
        {
            _api.Check(
                _api.CreateTensorWithDataAsOrtValue(
                    _runtime.CpuMemory,
                    Unsafe.AsPointer(ref MemoryMarshal.GetReference(bytes)),
                    (nuint)bytes.Length,
                    shape,
                    (nuint)tensor.Rank,
                    (int)tensor.Type,
                    &value),
                "An input could not be made");
        }

        return value;
    }

    private void Release(nint value)
    {
        if (value != 0)
        {
            _api.ReleaseValue(value);
        }
    }

    private void Copy(nint value, OrtTensor result)
    {
        nint info;
        _api.Check(_api.GetTensorTypeAndShape(value, &info), "An output could not be read");
        OrtElementType type;
        try
        {
            int elementType;
            nuint rank;
            _api.Check(_api.GetTensorElementType(info, &elementType), "An output could not be read");
            _api.Check(_api.GetDimensionsCount(info, &rank), "An output could not be read");
            if (rank > OrtTensor.MaxRank)
            {
                throw new OnnxRuntimeException($"The model '{_name}' has an output of {rank} dimensions; {OrtTensor.MaxRank} are read.");
            }

            long* shape = stackalloc long[OrtTensor.MaxRank];
            _api.Check(_api.GetDimensions(info, shape, rank), "An output could not be read");
            result.Resize(new ReadOnlySpan<long>(shape, (int)rank));
            type = (OrtElementType)elementType;
        }
        finally
        {
            _api.ReleaseTensorTypeAndShapeInfo(info);
        }

        void* data;
        _api.Check(_api.GetTensorMutableData(value, &data), "An output could not be read");
        ReadOnlySpan<byte> source = new(data, result.Count * OrtTensor.Size(type));
        FloatReader.Read(source, type, result.As<float>());
    }
}
