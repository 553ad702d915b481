using System.Buffers.Binary;
using System.Text;
using LlmRouting.Onnx.Tokenization;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tests.Tokenization.Training;

// A character map as SentencePiece's rule "nmt_nfkc" has one: NFKC of each character, control characters out, spaces and invisible ones to
// spaces, decomposed letters composed. Written as a double array in darts-clone's layout, by the plainest way to build one.
internal static class CharacterMap
{
    private static readonly Lazy<byte[]> Map = new(Build);

    internal static byte[] Bytes => Map.Value;

    private static byte[] Build()
    {
        SortedDictionary<string, string> entries = Entries();
        var texts = new List<byte>();
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
        var keys = new List<(byte[] Key, int Value)>();
        foreach ((string key, string text) in entries)
        {
            if (!offsets.TryGetValue(text, out int offset))
            {
                offsets[text] = offset = texts.Count;
                texts.AddRange(Encoding.UTF8.GetBytes(text));
                texts.Add(0);
            }

            keys.Add((Encoding.UTF8.GetBytes(key), offset));
        }

        keys.Sort(static (a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        uint[] units = DoubleArray.Build(keys);
        byte[] map = new byte[4 + (4 * units.Length) + texts.Count];
        BinaryPrimitives.WriteUInt32LittleEndian(map, (uint)(4 * units.Length));
        for (int i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(map.AsSpan(4 + (4 * i)), units[i]);
        }

        texts.CopyTo(map, 4 + (4 * units.Length));
        return map;
    }

    private static SortedDictionary<string, string> Entries()
    {
        var entries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (int point = 1; point <= 0x10FFFF; point++)
        {
            if (!Rune.IsValid(point))
            {
                continue;
            }

            string character = new Rune(point).ToString();
            string compatible = Form(NormalForm.KC, character);
            string decomposed = Form(NormalForm.D, character);
            string? text = Removed(point) ? "" : Spaced(point) ? " " : point == 0xFF5E || compatible == character ? null : compatible;
            if (text is not null)
            {
                entries[character] = text;
            }

            if (decomposed != character && decomposed.EnumerateRunes().Count() > 1 && Form(NormalForm.C, decomposed) == character)
            {
                entries[decomposed] = compatible;
            }
        }

        return entries;
    }

    internal static bool Removed(int point) => point is (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F;

    internal static bool Spaced(int point) => point is 0x9 or 0xA or 0xC or 0xD or 0xA0 or 0x1680 or (>= 0x2000 and <= 0x200F) or 0x2028 or 0x2029
        or 0x202F or 0x205F or 0x2581 or 0x3000 or 0xFEFF or 0xFFFD;

    internal static string Form(NormalForm form, string text)
    {
        var output = new TextBuffer();
        form.Normalize(text, output);
        return output.Written.ToString();
    }
}
