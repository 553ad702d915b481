using System.Text;

namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>The ids of the tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>, which write what no other token can.</summary>
internal sealed class ByteTokens
{
    private readonly int[] _ids = new int[256];

    internal ByteTokens(Dictionary<string, int> vocabulary)
    {
        for (int b = 0; b < 256; b++)
        {
            _ids[b] = vocabulary.GetValueOrDefault($"<0x{b:X2}>", -1);
        }
    }

    /// <summary>Appends the bytes of a text, all of them or none.</summary>
    internal bool TryWrite(ReadOnlySpan<char> text, TokenBuffer ids)
    {
        int before = ids.Count;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes())
        {
            int count = rune.EncodeToUtf8(utf8);
            for (int i = 0; i < count; i++)
            {
                if (_ids[utf8[i]] < 0)
                {
                    ids.Truncate(before);
                    return false;
                }

                ids.Add(_ids[utf8[i]]);
            }
        }

        return true;
    }
}
