namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>Turns stretches of text, delimiters or not, into pieces.</summary>
internal ref struct Splitter(ReadOnlySpan<char> text, SplitBehavior behavior, PieceList output)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _start;
    private int _end;
    private bool _isDelimiter;

    /// <summary>Adds the stretch that begins where the last one ended.</summary>
    internal void Add(int end, bool isDelimiter)
    {
        if (end == _end)
        {
            return;
        }

        if (_end == _start || !Joins(isDelimiter))
        {
            Flush();
            _start = _end;
        }

        // What a delimiter was merged into takes no further one.
        _isDelimiter = isDelimiter;
        _end = end;
    }

    /// <summary>Writes what is left.</summary>
    internal void Finish() => Flush();

    private readonly bool Joins(bool isDelimiter) => behavior switch
    {
        SplitBehavior.Contiguous => isDelimiter == _isDelimiter,
        SplitBehavior.MergedWithPrevious => isDelimiter && !_isDelimiter,
        SplitBehavior.MergedWithNext => !isDelimiter && _isDelimiter,
        _ => false,
    };

    private readonly void Flush()
    {
        if (_end > _start && !(behavior == SplitBehavior.Removed && _isDelimiter))
        {
            output.Add(_text[_start.._end]);
        }
    }
}
