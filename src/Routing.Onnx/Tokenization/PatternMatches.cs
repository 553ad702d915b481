using System.Text.RegularExpressions;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Walks over the matches of a <see cref="TextPattern"/>.</summary>
internal ref struct PatternMatches
{
    private readonly ReadOnlySpan<char> _text;
    private readonly string _path;
    private readonly TextBuffer? _shadow;
    private Regex.ValueMatchEnumerator _matches;
    private int _shadowAt;
    private int _textAt;

    internal PatternMatches(Regex regex, ReadOnlySpan<char> text, string path)
    {
        _text = text;
        _path = path;
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') >= 0)
        {
            _shadow = BufferPool.Rent();
            ShadowText.Write(text, _shadow);
        }

        _matches = regex.EnumerateMatches(_shadow is null ? text : _shadow.Written);
    }

    /// <summary>Where the match begins.</summary>
    internal int Start { get; private set; }

    /// <summary>Where it ends.</summary>
    internal int End { get; private set; }

    internal bool MoveNext()
    {
        try
        {
            if (!_matches.MoveNext())
            {
                return false;
            }
        }
        catch (RegexMatchTimeoutException)
        {
            // The exception itself quotes the text.
            throw new TokenizerException($"{_path}: the pattern took more than a second on one text; shorten the text or simplify the pattern.");
        }

        ValueMatch match = _matches.Current;
        Start = ToText(match.Index);
        End = ToText(match.Index + match.Length);
        return true;
    }

    internal readonly void Dispose()
    {
        if (_shadow is not null)
        {
            BufferPool.Return(_shadow);
        }
    }

    // Matches come in order, so the two positions walk along together.
    private int ToText(int index)
    {
        if (_shadow is null)
        {
            return index;
        }

        for (; _shadowAt < index; _shadowAt++)
        {
            _textAt += char.IsHighSurrogate(_text[_textAt]) ? 2 : 1;
        }

        return _textAt;
    }
}
