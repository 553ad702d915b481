using System.Collections.Concurrent;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Inference;

/// <summary>Is an encoder that has been loaded, tried out on its device, and can be run on rows of ids.</summary>
/// <remarks>Thread-safe. Disposing it while runs are under way lets them end.</remarks>
internal sealed class EncoderSession : IDisposable
{
    private readonly OrtSession _session;
    private readonly int _output;
    private readonly TimeProvider _timeProvider;
    private readonly ConcurrentQueue<EncoderBatch> _idle = new();
    private volatile bool _isDisposed;

    private EncoderSession(OrtSession session, EncoderInputs inputs, int output, string path, TimeProvider timeProvider)
    {
        _session = session;
        _output = output;
        _timeProvider = timeProvider;
        Inputs = inputs;
        Path = path;
    }

    public EncoderInputs Inputs { get; }

    /// <summary>Gets the model's file.</summary>
    public string Path { get; }

    public OnnxDevice Device { get; private init; }

    /// <summary>Gets why other devices were passed over; null when none was.</summary>
    public string? Reason { get; private init; }

    /// <summary>Opens a model on the device that its settings ask for, and runs it once there.</summary>
    /// <param name="path">The model's file.</param>
    /// <param name="outputs">The names of outputs that will do, best first; a model with one output alone may call it anything.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="warmUp">A row to try it with.</param>
    /// <param name="check">Checks the shape of what comes out; throws what is wrong with it.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="OnnxRuntimeException">No runtime, no model, or neither device works.</exception>
    public static EncoderSession Open(
        string path,
        IReadOnlyList<string> outputs,
        OnnxSessionSettings settings,
        EncodedText warmUp,
        Action<EncoderBatch> check,
        TimeProvider timeProvider)
    {
        OrtRuntime runtime = OrtRuntime.Load(settings.LibraryPath);
        if (!File.Exists(path))
        {
            throw new OnnxRuntimeException($"There is no model at '{path}'. Export one with: optimum-cli export onnx --model <name> <folder>.");
        }

        DeviceChoice<EncoderSession> choice = DeviceSelector.Select(settings.Device, settings.RequireDevice, runtime.Providers, Try);
        EncoderSession opened = choice.Value;
        return new EncoderSession(opened._session, opened.Inputs, opened._output, path, timeProvider) { Device = choice.Device, Reason = choice.Reason };

        EncoderSession Try(OnnxDevice device)
        {
            OrtSession session = SessionOpener.Open(runtime, path, settings, device);
            try
            {
                EncoderInputs inputs = EncoderInputs.Discover(session, path);
                EncoderSession encoder = new(session, inputs, FindOutput(session, outputs, path), path, timeProvider);
                using EncoderBatch batch = encoder.Create();
                encoder.Run(batch, [warmUp], Timeout.InfiniteTimeSpan, CancellationToken.None);
                check(batch);
                return encoder;
            }
            catch (OnnxRuntimeException)
            {
                session.Dispose();
                throw;
            }
        }
    }

    /// <summary>Gets tensors for a run; give them back with <see cref="Return"/>.</summary>
    public EncoderBatch Rent() => _idle.TryDequeue(out EncoderBatch? batch) ? batch : Create();

    public void Return(EncoderBatch batch)
    {
        if (_isDisposed || _idle.Count >= 2 * Environment.ProcessorCount)
        {
            batch.Dispose();
            return;
        }

        _idle.Enqueue(batch);
        if (_isDisposed)
        {
            Empty();
        }
    }

    /// <summary>Runs the model on rows; what comes out is in the batch's result.</summary>
    /// <param name="batch">The tensors.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <exception cref="TimeoutException">The time was over.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="OnnxRuntimeException">The model failed.</exception>
    public void Run(EncoderBatch batch, ReadOnlySpan<EncodedText> rows, TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (limit <= TimeSpan.Zero && limit != Timeout.InfiniteTimeSpan)
        {
            throw TooLate();
        }

        batch.Fill(rows);
        RunGuard guard = batch.Guard;
        guard.Arm(limit);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static state => ((RunGuard)state!).Stop(), guard); // state is the guard
        try
        {
            _session.Run(batch.Tensors, _output, batch.Result, guard.Options);
        }
        catch (OnnxRuntimeException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OnnxRuntimeException) when (guard.IsExpired)
        {
            throw TooLate();
        }
        finally
        {
            registration.Dispose(); // waits for a callback that is under way, so that it cannot stop the next run
            guard.Disarm();
        }

        TimeoutException TooLate() => new($"The model '{Path}' took longer than it may.");
    }

    /// <summary>Runs what the batch holds already, with nothing around it: what everything else is measured against.</summary>
    internal void RunFilled(EncoderBatch batch) => _session.Run(batch.Tensors, _output, batch.Result);

    public void Dispose()
    {
        _isDisposed = true;
        Empty();
        _session.Dispose();
    }

    private static int FindOutput(OrtSession session, IReadOnlyList<string> names, string path)
    {
        foreach (string name in names)
        {
            for (int i = 0; i < session.Outputs.Length; i++)
            {
                if (session.Outputs[i].Name == name)
                {
                    return i;
                }
            }
        }

        return session.Outputs.Length == 1
            ? 0
            : throw new OnnxRuntimeException(
                $"The model '{path}' has none of the outputs {string.Join(", ", names)}. Outputs: {string.Join("; ", session.Outputs)}. Export it for its task.");
    }

    private EncoderBatch Create() => new(Inputs, new RunGuard(_session.Runtime, _timeProvider));

    private void Empty()
    {
        while (_idle.TryDequeue(out EncoderBatch? batch))
        {
            batch.Dispose();
        }
    }
}
