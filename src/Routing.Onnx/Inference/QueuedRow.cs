using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Inference;

/// <summary>Is a row that waits for its turn, and owns what is run.</summary>
/// <remarks>Whoever takes it disposes the row; a caller that leaves before anybody took it does so instead.</remarks>
internal sealed class QueuedRow(EncodedText row)
{
    private readonly TaskCompletionSource<float[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isTaken;

    public EncodedText Row { get; } = row;

    public int Bucket { get; } = LengthBucket.Of(row.Length);

    public Task<float[]> Answer => _completion.Task;

    /// <summary>Takes the row, to run it or to leave; the first one does.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    public void Complete(float[] values) => _completion.TrySetResult(values);

    public void Fail(Exception exception)
    {
        _completion.TrySetException(exception);
        _ = _completion.Task.Exception; // looked at: the caller may have left
    }
}
