using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>Applies the character map that a SentencePiece model was trained with.</summary>
/// <remarks>
/// The map is a double array in the layout of darts-clone, over UTF-8, followed by the texts that it points at, each ended by a zero. Graphemes
/// are looked up whole, then by their code points, and the shortest entry counts: what the original library does, which its models were checked with.
/// </remarks>
internal sealed class PrecompiledNormalizer : Normalizer
{
    // Longer graphemes are looked up by their code points alone.
    private const int MaxGraphemeBytes = 5;

    private readonly uint[] _units;
    private readonly byte[] _bytes;

    // Read when first asked for; two threads may read the same one, and write the same text.
    private readonly string?[] _texts;

    /// <summary>Reads a map.</summary>
    /// <exception cref="TokenizerException">It is cut short.</exception>
    internal PrecompiledNormalizer(ReadOnlySpan<byte> map, string path)
    {
        uint size = map.Length < 4 ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(map);
        if (size % 4 != 0 || size > map.Length - 4 || size == 0)
        {
            throw new TokenizerException($"{path}: the character map is cut short; it needs the size of its trie, the trie, and the texts.");
        }

        _units = new uint[size / 4];
        for (int i = 0; i < _units.Length; i++)
        {
            _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(map[(4 + (4 * i))..]);
        }

        _bytes = map[(4 + (int)size)..].ToArray();
        _texts = new string?[_bytes.Length];
    }

    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        Span<byte> utf8 = stackalloc byte[16];
        while (!text.IsEmpty)
        {
            // Two ASCII characters side by side are two graphemes, but for a line end.
            int length = text.Length > 1 && text[0] < 0x80 && text[1] < 0x80 && text[0] != '\r' ? 1 : StringInfo.GetNextTextElementLength(text);
            ReadOnlySpan<char> grapheme = text[..length];
            text = text[length..];
            if (length <= MaxGraphemeBytes && Encoding.UTF8.GetByteCount(grapheme) is var count && count <= MaxGraphemeBytes)
            {
                Encoding.UTF8.GetBytes(grapheme, utf8);
                if (Find(utf8[..count]) is { } whole)
                {
                    output.Append(whole);
                    continue;
                }
            }

            foreach (Rune rune in grapheme.EnumerateRunes())
            {
                if (Find(utf8[..rune.EncodeToUtf8(utf8)]) is { } one)
                {
                    output.Append(one);
                }
                else
                {
                    output.Append(rune);
                }
            }
        }
    }

    private string? Find(ReadOnlySpan<byte> key)
    {
        uint at = Offset(_units[0]);
        foreach (byte b in key)
        {
            at ^= b;
            if (b == 0 || at >= (uint)_units.Length || (_units[at] & 0x8000_00FF) != b)
            {
                return null;
            }

            uint unit = _units[at];
            at ^= Offset(unit);
            if ((unit & 0x100) != 0)
            {
                uint value = at < (uint)_units.Length ? _units[at] & 0x7FFF_FFFF : uint.MaxValue;
                return value < (uint)_texts.Length ? _texts[value] ??= Read(_bytes.AsSpan((int)value)) : null;
            }
        }

        return null;
    }

    private static string Read(ReadOnlySpan<byte> texts)
    {
        int length = texts.IndexOf((byte)0);
        return Encoding.UTF8.GetString(length < 0 ? texts : texts[..length]);
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
