using System.Text;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Holds the pieces that a text was split into, one after the other in one buffer.</summary>
/// <remarks>Not thread-safe; kept and used again by the next call.</remarks>
internal sealed class PieceList
{
    private const int KeptPieces = 16 * 1024;

    private readonly TextBuffer _text = new();
    private int[] _ends = new int[64];

    internal int Count { get; private set; }

    internal ReadOnlySpan<char> this[int index]
    {
        get
        {
            int start = index == 0 ? 0 : _ends[index - 1];
            return _text.Written[start.._ends[index]];
        }
    }

    /// <summary>Adds a piece; an empty one is left out.</summary>
    internal void Add(ReadOnlySpan<char> piece)
    {
        if (!piece.IsEmpty)
        {
            _text.Append(piece);
            End();
        }
    }

    /// <summary>Writes to the piece that <see cref="End"/> completes.</summary>
    internal void Write(ReadOnlySpan<char> part) => _text.Append(part);

    internal void Write(char part) => _text.Append(part);

    internal void Write(Rune part) => _text.Append(part);

    internal void End()
    {
        int start = Count == 0 ? 0 : _ends[Count - 1];
        if (_text.Length == start)
        {
            return;
        }

        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, 2 * _ends.Length);
        }

        _ends[Count++] = _text.Length;
    }

    internal void Clear()
    {
        _text.Clear();
        Count = 0;
    }

    internal void Trim()
    {
        Clear();
        _text.Trim();
        if (_ends.Length > KeptPieces)
        {
            _ends = new int[64];
        }
    }
}
