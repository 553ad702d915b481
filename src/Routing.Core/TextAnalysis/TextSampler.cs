namespace LlmRouting.TextAnalysis;

/// <summary>Cuts a run of texts into the pieces that are worth reading: all of it, or evenly spaced windows when there is too much.</summary>
/// <remarks>The first window starts with the first text and the last one ends with the last text. Mutable; lives on the stack of one call.</remarks>
internal struct TextSampler
{
    /// <summary>The most characters that are read.</summary>
    public const int MaxScanned = 64 * 1024;

    private const int Window = 1024;
    private const int Windows = MaxScanned / Window;
    private readonly double _stride;
    private long _position;
    private int _window;

    /// <summary>Plans for texts of a given length together.</summary>
    public TextSampler(long total)
    {
        Total = total;
        _stride = total > MaxScanned ? (double)(total - Window) / (Windows - 1) : 0;
    }

    /// <summary>Gets the length of all texts.</summary>
    public long Total { get; }

    /// <summary>Gets whether something is left out.</summary>
    public readonly bool IsSampling => _stride > 0;

    /// <summary>Takes the next piece off the front of a text; false once nothing of this text is left to read.</summary>
    public bool TryTake(ref ReadOnlySpan<char> text, out ReadOnlySpan<char> piece)
    {
        if (_stride == 0)
        {
            piece = text;
            text = default;
            return !piece.IsEmpty;
        }

        while (_window < Windows)
        {
            long start = (long)(_window * _stride);
            long skip = Math.Max(0, start - _position);
            if (skip >= text.Length)
            {
                break;
            }

            int first = (int)skip;
            int length = (int)Math.Min(start + Window - (_position + first), text.Length - first);
            if (length > 0)
            {
                piece = text.Slice(first, length);
                text = text[(first + length)..];
                _position += first + length;
                return true;
            }

            _window++;
        }

        _position += text.Length;
        text = default;
        piece = default;
        return false;
    }
}
