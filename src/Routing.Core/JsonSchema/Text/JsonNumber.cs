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

    // The common case in one short loop: no exponent, and few enough digits for 64 bits. The value is mantissa / 10^fraction.
    internal static bool TryParseSmall(ReadOnlySpan<byte> text, out long mantissa, out int fraction)
    {
        mantissa = 0;
        fraction = 0;
        bool negative = text[0] == '-';
        if (text.Length > SafeInt64Digits)
        {
            return false;
        }

        int point = -1;
        for (int i = negative ? 1 : 0; i < text.Length; i++)
        {
            uint digit = (uint)(text[i] - '0');
            if (digit <= 9)
            {
                mantissa = (mantissa * 10) + digit;
            }
            else if (text[i] == '.')
            {
                point = i;
            }
            else
            {
                return false;
            }
        }

        mantissa = negative ? -mantissa : mantissa;
        fraction = point < 0 ? 0 : text.Length - point - 1;
        return true;
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
    private const long ShortMantissa = 1_000_000_000;

    private static readonly long[] PowersOfTen = [.. Enumerable.Range(0, 19).Select(power => (long)Math.Pow(10, power))];

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
        IsSmall = JsonNumber.TryParseSmall(text, out long mantissa, out int fraction);
        Mantissa = mantissa;
        Fraction = fraction;
    }

    internal string Text { get; }

    // Whether Mantissa / 10^Fraction is the number.
    internal bool IsSmall { get; }

    internal long Mantissa { get; }

    internal int Fraction { get; }

    internal JsonNumber Value => new(_digits, _negative, _scale);

    // How mantissa / 10^fraction compares to this number, which must be small too.
    internal int CompareSmall(long mantissa, int fraction)
    {
        if (fraction == Fraction)
        {
            return mantissa.CompareTo(Mantissa);
        }

        // Bounds are mostly short, such as 0, 1 or 100, and then 64 bits hold them with a few more digits.
        int more = fraction - Fraction;
        return more is > 0 and <= 9 && Mantissa is >= -ShortMantissa and <= ShortMantissa
            ? mantissa.CompareTo(Mantissa * PowersOfTen[more])
            : Math.BigMul(mantissa, PowersOfTen[Fraction]).CompareTo(Math.BigMul(Mantissa, PowersOfTen[fraction]));
    }
}
