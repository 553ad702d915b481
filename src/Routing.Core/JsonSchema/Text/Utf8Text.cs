using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// The text of a JSON string in UTF-8, unescaped; without escapes it is the instance's own bytes. A lone surrogate, which JSON can
// escape and UTF-8 cannot hold, becomes U+FFFD (JsonElement.GetString would throw).
internal ref struct Utf8Text
{
    internal const int StackBytes = 256;

    private byte[]? _rented;

    internal Utf8Text(in JsonElement text, Span<byte> scratch)
        : this(JsonMarshal.GetRawUtf8Value(text)[1..^1], scratch)
    {
    }

    internal Utf8Text(ReadOnlySpan<byte> escaped, Span<byte> scratch)
    {
        int backslash = escaped.IndexOf((byte)'\\');
        if (backslash < 0)
        {
            Span = escaped;
            return;
        }

        if (escaped.Length > scratch.Length)
        {
            scratch = _rented = ArrayPool<byte>.Shared.Rent(escaped.Length);
        }

        Span = scratch[..Unescape(escaped, backslash, scratch)];
    }

    internal ReadOnlySpan<byte> Span { get; }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
        }
    }

    internal static byte[] ToArray(JsonElement text)
    {
        using var unescaped = new Utf8Text(text, []);
        return unescaped.Span.ToArray();
    }

    internal static byte[] NameToArray(JsonProperty property)
    {
        using var unescaped = new Utf8Text(JsonMarshal.GetRawUtf8PropertyName(property), []);
        return unescaped.Span.ToArray();
    }

    // Code points: every byte that does not continue one.
    internal static int CountCodePoints(ReadOnlySpan<byte> text)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            return text.Length;
        }

        int count = 0;
        foreach (byte b in text)
        {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    // No escape is shorter than what it stands for, so the target never overflows.
    private static int Unescape(ReadOnlySpan<byte> escaped, int backslash, Span<byte> target)
    {
        int written = 0;
        while (backslash >= 0)
        {
            escaped[..backslash].CopyTo(target[written..]);
            written += backslash;
            byte kind = escaped[backslash + 1];
            escaped = escaped[(backslash + 2)..];
            if (kind == 'u')
            {
                int unit = Hex(escaped);
                escaped = escaped[4..];
                if (char.IsHighSurrogate((char)unit) && escaped.Length >= 6 && escaped[0] == '\\' && escaped[1] == 'u' && char.IsLowSurrogate((char)Hex(escaped[2..])))
                {
                    unit = char.ConvertToUtf32((char)unit, (char)Hex(escaped[2..]));
                    escaped = escaped[6..];
                }

                System.Text.Rune rune = System.Text.Rune.IsValid(unit) ? new System.Text.Rune(unit) : System.Text.Rune.ReplacementChar;
                written += rune.EncodeToUtf8(target[written..]);
            }
            else
            {
                target[written++] = kind switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => kind,
                };
            }

            backslash = escaped.IndexOf((byte)'\\');
        }

        escaped.CopyTo(target[written..]);
        return written + escaped.Length;
    }

    private static int Hex(ReadOnlySpan<byte> digits) =>
        ushort.TryParse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort unit) ? unit : 0xFFFD;
}
