using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LlmRouting.TextAnalysis;

/// <summary>Holds the classes of 64 characters, one bit per character and class: bit 0 is the first character.</summary>
/// <remarks>
/// The technique is simdjson's (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019): classify a block with vector compares,
/// then count with shifts and population counts instead of branching on every character. ASCII only; what lies beyond is marked in
/// <see cref="NonAscii"/> and left to the caller. Vector512 falls back to pairs of Vector256, and those to pairs of Vector128, where it has to.
/// </remarks>
internal struct TextBlock
{
    public const int Length = 64;

    public ulong NonAscii;
    public ulong Letter;
    public ulong Upper;
    public ulong Digit;
    public ulong Space;
    public ulong Newline;
    public ulong Question;
    public ulong Stop;
    public ulong Comma;
    public ulong NumberJoin;
    public ulong Open;
    public ulong Close;
    public ulong Apostrophe;
    public ulong Backtick;

    /// <summary>Classifies the 64 characters that start at <paramref name="start"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(ref readonly char start, out TextBlock block)
    {
        Vector512<byte> text = Narrow(in start);
        Vector512<byte> folded = text | Vector512.Create((byte)0x20);

        block.NonAscii = text.ExtractMostSignificantBits();
        block.Letter = Between(folded, 'a', 'z');
        block.Upper = Between(text, 'A', 'Z');
        block.Digit = Between(text, '0', '9');
        block.Space = Between(text, '\0', ' ');
        block.Newline = Is(text, '\n');
        block.Question = Is(text, '?');
        block.Stop = Is(text, '.') | Is(text, '!') | block.Question;
        block.Comma = Is(text, ',') | Is(text, ';');

        // , - . / follow each other in ASCII, and the colon joins clock times.
        block.NumberJoin = Between(text, ',', '/') | Is(text, ':');
        block.Open = Is(text, '(') | Is(folded, '{');
        block.Close = Is(text, ')') | Is(text, '"') | Is(folded, '}');
        block.Apostrophe = Is(text, '\'');
        block.Backtick = Is(text, '`');
    }

    /// <summary>Gets the letters and digits of the 64 characters that start at <paramref name="start"/>, and marks what is not ASCII.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadWords(ref readonly char start, out ulong apostrophe, out ulong nonAscii)
    {
        Vector512<byte> text = Narrow(in start);
        nonAscii = text.ExtractMostSignificantBits();
        apostrophe = Is(text, '\'');
        return Between(text | Vector512.Create((byte)0x20), 'a', 'z') | Between(text, '0', '9');
    }

    // Saturating: whatever is beyond one byte becomes 255, so that it cannot pass for ASCII.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Narrow(ref readonly char start)
    {
        ref ushort source = ref Unsafe.As<char, ushort>(ref Unsafe.AsRef(in start));
        return Vector512.NarrowWithSaturation(Vector512.LoadUnsafe(ref source), Vector512.LoadUnsafe(ref source, 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Between(Vector512<byte> text, char first, char last) =>
        Vector512.LessThanOrEqual(text - Vector512.Create((byte)first), Vector512.Create((byte)(last - first))).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Is(Vector512<byte> text, char ascii) =>
        Vector512.Equals(text, Vector512.Create((byte)ascii)).ExtractMostSignificantBits();
}
