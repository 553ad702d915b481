using LlmRouting.Onnx.Tokenization.Normalizers;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization.Files;

/// <summary>Reads the section <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    private const string Known =
        "BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Replace, Prepend, Nmt, Precompiled, Sequence";

    internal static Normalizer? Read(JsonPart part) => part.IsNull ? null : part.Text("type") switch
    {
        "BertNormalizer" => Bert(part),
        "NFC" => new FormNormalizer(NormalForm.C),
        "NFD" => new FormNormalizer(NormalForm.D),
        "NFKC" => new FormNormalizer(NormalForm.KC),
        "NFKD" => new FormNormalizer(NormalForm.KD),
        "Lowercase" => new MapNormalizer(CodePointMaps.Lower, changesAscii: true),
        "StripAccents" => new MapNormalizer(CodePointMaps.DropMarks, changesAscii: false),
        "Nmt" => new MapNormalizer(CodePointMaps.Nmt, changesAscii: true),
        "Strip" => new StripNormalizer(part.Flag("strip_left", true), part.Flag("strip_right", true)),
        "Replace" => Replace(part),
        "Prepend" => new PrependNormalizer(part.Text("prepend")),
        "Precompiled" => Precompiled(part),
        "Sequence" => new SequenceNormalizer([.. part["normalizers"].Items().Select(Read).OfType<Normalizer>()]),
        string kind => throw part.Unknown(kind, Known),
    };

    private static BertNormalizer Bert(JsonPart part)
    {
        bool lowers = part.Flag("lowercase", true);
        return new BertNormalizer(part.Flag("clean_text", true), part.Flag("handle_chinese_chars", true), part.Flag("strip_accents", lowers), lowers);
    }

    private static Normalizer Replace(JsonPart part)
    {
        JsonPart pattern = part["pattern"];
        string content = part.Text("content");
        if (!pattern["Regex"].IsNull)
        {
            return new RegexReplaceNormalizer(TextPattern.FromOniguruma(pattern.Text("Regex"), pattern.Path), content);
        }

        string text = pattern.Text("String");
        return text.Length > 0 ? new ReplaceNormalizer(text, content) : throw pattern.Error("must not be empty");
    }

    // The map is null when the model was trained without one.
    private static PrecompiledNormalizer? Precompiled(JsonPart part)
    {
        JsonPart map = part["precompiled_charsmap"];
        if (map.IsNull || map.Element.GetString() is "")
        {
            return null;
        }

        return map.Element.TryGetBytesFromBase64(out byte[]? bytes)
            ? new PrecompiledNormalizer(bytes, $"tokenizer.json: '{map.Path}'")
            : throw map.Error("must be base64");
    }
}
