using System.Buffers.Text;

namespace LlmRouting.JsonSchema;

// A JSON number, exactly: 0.d1d2d3... times ten to the Scale, where neither the first nor the last digit is zero. Nothing is ever
// written out, so 1e1000000000 costs what its text costs.
internal readonly ref struct JsonNumber
{
    // Exponents past this are taken for it; two numbers that differ only beyond compare as equal.
    internal const long MaxScale = 1_000_000_000_000_000;

    private const int SafeInt64Digits = 18;

    private readonly ReadOnlySpan<byte> _integer;
    private readonly ReadOnlySpan<byte> _fraction;

    internal JsonNumber(ReadOnlySpan<byte> digits, bool negative, long scale)
    {
        _integer = digits;
        _fraction = default;
        IsNegative = negative;
        Scale = scale;
    }

    private JsonNumber(ReadOnlySpan<byte> integer, ReadOnlySpan<byte> fraction, bool negative, long scale)
    {
        _integer = integer;
        _fraction = fraction;
        IsNegative = negative;
        Scale = scale;
    }

    internal bool IsNegative { get; }

    internal long Scale { get; }

    // Significant digits; zero has none.
    internal int Count => _integer.Length + _fraction.Length;

    internal int this[int index] => (index < _integer.Length ? _integer[index] : _fraction[index - _integer.Length]) - '0';

    // The text must be a number by JSON's grammar.
    internal static JsonNumber Parse(ReadOnlySpan<byte> text)
    {
        bool negative = text[0] == '-';
        text = negative ? text[1..] : text;
        long exponent = 0;
        int e = text.IndexOfAny((byte)'e', (byte)'E');
        if (e >= 0)
        {
            exponent = ParseExponent(text[(e + 1)..]);
            text = text[..e];
        }

        int point = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> integer = (point < 0 ? text : text[..point]).TrimStart((byte)'0');
        ReadOnlySpan<byte> fraction = point < 0 ? default : text[(point + 1)..].TrimEnd((byte)'0');
        long scale = integer.Length;
        if (integer.IsEmpty)
        {
            int length = fraction.Length;
            fraction = fraction.TrimStart((byte)'0');
            scale = fraction.Length - length;
        }

        if (fraction.IsEmpty)
        {
            integer = integer.TrimEnd((byte)'0');
        }

        return integer.IsEmpty && fraction.IsEmpty ? default : new JsonNumber(integer, fraction, negative, scale + exponent);
    }

    // Only for plain integers that no 64 bits can overflow: the common case.
    internal static bool TryParseSmall(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        return text.Length <= SafeInt64Digits && Utf8Parser.TryParse(text, out value, out int consumed) && consumed == text.Length;
    }

    internal static bool IsInteger(ReadOnlySpan<byte> text, bool lexical)
    {
        if (text.IndexOfAny((byte)'.', (byte)'e', (byte)'E') < 0)
        {
            return true;
        }

        JsonNumber number = Parse(text);
        return !lexical && number.Scale >= number.Count;
    }

    internal int CompareTo(in JsonNumber other)
    {
        if (IsNegative != other.IsNegative)
        {
            return IsNegative ? -1 : 1;
        }

        int magnitude = CompareMagnitude(other);
        return IsNegative ? -magnitude : magnitude;
    }

    internal void AddTo(ref HashCode hash)
    {
        hash.Add(IsNegative);
        hash.Add(Scale);
        for (int i = 0; i < Count; i++)
        {
            hash.Add(this[i]);
        }
    }

    private static long ParseExponent(ReadOnlySpan<byte> text)
    {
        bool negative = text[0] == '-';
        text = text[0] is (byte)'-' or (byte)'+' ? text[1..] : text;
        long value = 0;
        foreach (byte digit in text)
        {
            value = Math.Min((value * 10) + (digit - '0'), MaxScale);
        }

        return negative ? -value : value;
    }

    private int CompareMagnitude(in JsonNumber other)
    {
        int count = Count;
        int otherCount = other.Count;
        if (count == 0 || otherCount == 0)
        {
            return count.CompareTo(otherCount);
        }

        if (Scale != other.Scale)
        {
            return Scale.CompareTo(other.Scale);
        }

        int shared = Math.Min(count, otherCount);
        for (int i = 0; i < shared; i++)
        {
            int difference = this[i] - other[i];
            if (difference != 0)
            {
                return difference;
            }
        }

        return count.CompareTo(otherCount);
    }
}

// A number of the schema, kept for comparisons.
internal sealed class NumberLimit
{
    private readonly byte[] _digits;
    private readonly bool _negative;
    private readonly long _scale;

    internal NumberLimit(ReadOnlySpan<byte> text)
    {
        Text = System.Text.Encoding.UTF8.GetString(text);
        JsonNumber number = JsonNumber.Parse(text);
        _digits = new byte[number.Count];
        for (int i = 0; i < _digits.Length; i++)
        {
            _digits[i] = (byte)('0' + number[i]);
        }

        _negative = number.IsNegative;
        _scale = number.Scale;
        IsSmall = JsonNumber.TryParseSmall(text, out long small);
        Small = small;
    }

    internal string Text { get; }

    internal bool IsSmall { get; }

    internal long Small { get; }

    internal JsonNumber Value => new(_digits, _negative, _scale);
}
