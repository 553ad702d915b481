namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>The best way found so far to each position of a piece.</summary>
/// <remarks>Not thread-safe; kept and used again by the next call.</remarks>
internal sealed class BestPath
{
    private const int KeptPositions = 16 * 1024;

    private Step[] _steps = new Step[64];

    /// <summary>Makes room and forgets what was found.</summary>
    internal Span<Step> Start(int length)
    {
        if (_steps.Length <= length)
        {
            _steps = new Step[Math.Max(length + 1, 2 * _steps.Length)];
        }

        Span<Step> steps = _steps.AsSpan(0, length + 1);
        steps.Fill(new Step(-1, 0, 0));
        steps[0] = default;
        return steps;
    }

    internal void Trim()
    {
        if (_steps.Length > KeptPositions)
        {
            _steps = new Step[64];
        }
    }

    /// <summary>The last piece on the way to a position.</summary>
    /// <param name="From">Where it begins; -1 while no way is known.</param>
    /// <param name="Id">Its id.</param>
    /// <param name="Score">The sum of the scores up to here.</param>
    internal readonly record struct Step(int From, int Id, double Score);
}
