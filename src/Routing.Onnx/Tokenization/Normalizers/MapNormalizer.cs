using System.Text;

namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>Changes code points one at a time: Lowercase, StripAccents, Nmt.</summary>
/// <param name="map">Writes what takes a code point's place.</param>
/// <param name="changesAscii">Whether ASCII can change; text that holds nothing else is copied when it cannot.</param>
internal sealed class MapNormalizer(Action<Rune, TextBuffer> map, bool changesAscii) : Normalizer
{
    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        if (!changesAscii && Ascii.IsValid(text))
        {
            output.Append(text);
            return;
        }

        foreach (Rune rune in text.EnumerateRunes())
        {
            map(rune, output);
        }
    }
}
