using System.Runtime.InteropServices;
using System.Text;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>Holds text while it is taken apart; kept and used again by the next call.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class TextBuffer
{
    private const int KeptCharacters = 64 * 1024;

    private char[] _text = new char[256];
    private List<(long Key, int Point)>? _marks;

    internal int Length { get; private set; }

    internal ReadOnlySpan<char> Written => _text.AsSpan(0, Length);

    internal Span<char> Mutable => _text.AsSpan(0, Length);

    internal void Append(char value)
    {
        if (Length == _text.Length)
        {
            Grow(1);
        }

        _text[Length++] = value;
    }

    internal void Append(Rune value)
    {
        Ensure(2);
        Length += value.EncodeToUtf16(_text.AsSpan(Length));
    }

    internal void Append(ReadOnlySpan<char> value)
    {
        Ensure(value.Length);
        value.CopyTo(_text.AsSpan(Length));
        Length += value.Length;
    }

    internal void Truncate(int length) => Length = length;

    internal void Clear() => Length = 0;

    /// <summary>Lets go of what an unusually large text needed.</summary>
    internal void Trim()
    {
        Length = 0;
        _marks = null;
        if (_text.Length > KeptCharacters)
        {
            _text = new char[256];
        }
    }

    /// <summary>Puts the code points of a range into the order of their ranks; equal ranks stay as they are.</summary>
    internal void SortMarks(int from, int to, Func<int, int> rank)
    {
        if (to - from < 2)
        {
            return;
        }

        List<(long Key, int Point)> marks = _marks ??= [];
        marks.Clear();
        bool isSorted = true;
        for (int at = from; at < to;)
        {
            Rune.DecodeFromUtf16(_text.AsSpan(at, to - at), out Rune rune, out int used);
            marks.Add((((long)rank(rune.Value) << 32) | (uint)marks.Count, rune.Value));
            isSorted &= marks.Count < 2 || marks[^1].Key > marks[^2].Key;
            at += used;
        }

        if (isSorted)
        {
            return;
        }

        CollectionsMarshal.AsSpan(marks).Sort(static (a, b) => a.Key.CompareTo(b.Key));
        int write = from;
        foreach ((_, int point) in CollectionsMarshal.AsSpan(marks))
        {
            write += new Rune(point).EncodeToUtf16(_text.AsSpan(write));
        }
    }

    private void Ensure(int count)
    {
        if (_text.Length - Length < count)
        {
            Grow(count);
        }
    }

    private void Grow(int count) => Array.Resize(ref _text, Math.Max(checked(Length + count), checked(2 * _text.Length)));
}
