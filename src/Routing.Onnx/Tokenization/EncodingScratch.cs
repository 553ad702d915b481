using LlmRouting.Onnx.Tokenization.Models;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>What one call works in; kept and used again by the next.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class EncodingScratch : IDisposable
{
    internal TextBuffer WellFormed { get; } = new();

    internal TextBuffer Normalized { get; } = new();

    internal PieceList Pieces { get; } = new();

    internal MergeList Merges { get; } = new();

    internal BestPath Path { get; } = new();

    internal TokenBuffer Ids { get; } = new();

    /// <summary>Lets go of what an unusually large text needed.</summary>
    internal void Trim()
    {
        WellFormed.Trim();
        Normalized.Trim();
        Pieces.Trim();
        Merges.Trim();
        Path.Trim();
        Ids.Clear();
    }

    public void Dispose() => Ids.Dispose();
}
