namespace LlmRouting.Onnx.Inference;

/// <summary>Says how a <see cref="MicroBatcher"/> works, with nothing left open.</summary>
/// <param name="Places">How many runs go on at a time.</param>
/// <param name="MaxBatch">How many rows become one run at most.</param>
/// <param name="MaxQueue">How many rows may wait.</param>
/// <param name="MaxWait">How long a place that others wanted stays idle for more of them to come.</param>
/// <param name="RunLimit">How long one run may take.</param>
internal sealed record MicroBatcherSettings(int Places, int MaxBatch, int MaxQueue, TimeSpan MaxWait, TimeSpan RunLimit)
{
    /// <summary>Fills in what the host left open. Why each device has the defaults that it has: docs/adr/0016.</summary>
    /// <param name="settings">What the host says.</param>
    /// <param name="device">What the model runs on.</param>
    /// <param name="fixedRows">How many rows the model takes, when it takes no other number.</param>
    /// <param name="runLimit">How long one run may take.</param>
    public static MicroBatcherSettings For(OnnxBatchSettings settings, OnnxDevice device, int? fixedRows, TimeSpan runLimit)
    {
        bool isCpu = device == OnnxDevice.Cpu;
        int maxBatch = fixedRows ?? settings.MaxBatch ?? (isCpu ? 8 : 32);
        return new(
            settings.Places ?? (isCpu ? Environment.ProcessorCount : 1),
            maxBatch,
            settings.MaxQueue,
            maxBatch == 1 ? TimeSpan.Zero : settings.MaxWait ?? (isCpu ? TimeSpan.Zero : TimeSpan.FromMicroseconds(200)),
            runLimit);
    }
}
