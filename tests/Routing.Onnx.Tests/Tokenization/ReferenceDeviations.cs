using LlmRouting.Onnx.Tests.Tokenization.Training;
using LlmRouting.Onnx.Tokenization;
using LlmRouting.Onnx.Tokenization.Normalizers;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tests.Tokenization;

// Where @huggingface/tokenizers 0.2.0 does something other than the original library in Rust, which tokenizer.json belongs to. Texts that
// show it are left out of the comparison, each for the reason that is named.
internal static class ReferenceDeviations
{
    private static readonly Lazy<PrecompiledNormalizer> Map = new(static () => new PrecompiledNormalizer(CharacterMap.Bytes, "map"));

    internal static string? Bert(string text) =>
        text.EnumerateRunes().Any(static r => !r.IsBmp && CodePoints.IsIdeograph(r)) ? "it sets ideographs apart by UTF-16 unit, those beyond the basic plane never" : null;

    internal static string? Sigma(string text) =>
        text.Contains('Σ', StringComparison.Ordinal) ? "it lower-cases whole texts, with a final sigma; the original goes character by character" : null;

    internal static string? ByteLevel(string text) =>
        text.AsSpan().IndexOfAny('\ufeff', '\u0085') >= 0 ? @"its \s is JavaScript's, which has U+FEFF and lacks U+0085" : null;

    internal static string? Digits(string text) =>
        text.EnumerateRunes().Any(static r => !r.IsAscii && CodePoints.IsNumber(r)) ? @"its digits are JavaScript's \d, which is ASCII; the original's are all numbers" : null;

    internal static string? Precompiled(string text)
    {
        if (ByteLevel(text) is { } spaces)
        {
            return spaces;
        }

        if (text.Contains("\u0640\u0640\u0640", StringComparison.Ordinal))
        {
            return "it scores whole texts at once, so that ways through a word that are equally good round differently";
        }

        var mapped = new TextBuffer();
        Map.Value.Normalize(text, mapped);
        return mapped.Written.SequenceEqual(Approximate(text)) ? null : "it approximates the character map by NFKC of the whole text";
    }

    private static string Approximate(string text)
    {
        string cleaned = string.Concat(text.Where(static c => !CharacterMap.Removed(c)).Select(static c => CharacterMap.Spaced(c) ? ' ' : c));
        return string.Join('\uff5e', cleaned.Split('\uff5e').Select(static part => CharacterMap.Form(NormalForm.KC, part)));
    }
}
