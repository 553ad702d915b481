namespace LlmRouting.Onnx.Training.Numerics;

/// <summary>Spreads loops over threads.</summary>
/// <remarks>Every index writes to places of its own and sums in a fixed order, so that the number of threads changes no result.</remarks>
internal sealed class Work(int threads, CancellationToken cancellationToken)
{
    private readonly ParallelOptions _options = new() { MaxDegreeOfParallelism = Math.Max(1, threads), CancellationToken = cancellationToken };

    public CancellationToken CancellationToken { get; } = cancellationToken;

    public void For(int count, Action<int> body)
    {
        if (_options.MaxDegreeOfParallelism > 1 && count > 1)
        {
            Parallel.For(0, count, _options, body);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            CancellationToken.ThrowIfCancellationRequested();
            body(i);
        }
    }
}
