using System.Text;
using LlmRouting.Onnx.Tokenization.PreTokenizers;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tokenization.Files;

/// <summary>Reads the section <c>pre_tokenizer</c>.</summary>
internal static class PreTokenizerReader
{
    private const string Known =
        "BertPreTokenizer, ByteLevel, Whitespace, WhitespaceSplit, Metaspace, Punctuation, Digits, Split, CharDelimiterSplit, Sequence";

    internal static PreTokenizer? Read(JsonPart part) => part.IsNull ? null : part.Text("type") switch
    {
        "BertPreTokenizer" => new BertPreTokenizer(),
        "ByteLevel" => new ByteLevelPreTokenizer(part.Flag("add_prefix_space", true), part.Flag("use_regex", true)),
        "Whitespace" => new WhitespacePreTokenizer(),
        "WhitespaceSplit" => new CharacterSplitter(CodePoints.IsWhiteSpace, SplitBehavior.Removed),
        "Metaspace" => Metaspace(part),
        "Punctuation" => new CharacterSplitter(CodePoints.IsPunctuation, Behavior(part, "Isolated")),
        "Digits" => new CharacterSplitter(
            CodePoints.IsNumber, part.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
        "Split" => Split(part),
        "CharDelimiterSplit" => Delimiter(part),
        "Sequence" => new SequencePreTokenizer([.. part["pretokenizers"].Items().Select(Read).OfType<PreTokenizer>()]),
        string kind => throw part.Unknown(kind, Known),
    };

    // Files of before 2024 say add_prefix_space where later ones say prepend_scheme.
    private static MetaspacePreTokenizer Metaspace(JsonPart part)
    {
        string replacement = part.Text("replacement", "\u2581");
        if (replacement.Length != 1)
        {
            throw part["replacement"].Error("must be one character of the basic plane");
        }

        string scheme = part.Text("prepend_scheme", part.Flag("add_prefix_space", true) ? "always" : "never");
        MetaspacePrepend prepend = scheme switch
        {
            "always" => MetaspacePrepend.Always,
            "first" => MetaspacePrepend.First,
            "never" => MetaspacePrepend.Never,
            _ => throw part["prepend_scheme"].Error("must be always, first or never"),
        };
        return new MetaspacePreTokenizer(replacement[0], prepend, part.Flag("split", true));
    }

    private static PatternSplitter Split(JsonPart part)
    {
        JsonPart pattern = part["pattern"];
        TextPattern compiled = pattern["Regex"].IsNull
            ? TextPattern.FromText(pattern.Text("String"), pattern.Path)
            : TextPattern.FromOniguruma(pattern.Text("Regex"), pattern.Path);
        return new PatternSplitter(compiled, Behavior(part, null), part.Flag("invert", false));
    }

    private static CharacterSplitter Delimiter(JsonPart part)
    {
        string delimiter = part.Text("delimiter");
        return Rune.DecodeFromUtf16(delimiter, out Rune rune, out int used) == System.Buffers.OperationStatus.Done && used == delimiter.Length
            ? new CharacterSplitter(other => other == rune, SplitBehavior.Removed)
            : throw part["delimiter"].Error("must be one character");
    }

    private static SplitBehavior Behavior(JsonPart part, string? fallback)
    {
        string name = fallback is null ? part.Text("behavior") : part.Text("behavior", fallback);
        return name.ToUpperInvariant() switch
        {
            "REMOVED" => SplitBehavior.Removed,
            "ISOLATED" => SplitBehavior.Isolated,
            "MERGEDWITHPREVIOUS" => SplitBehavior.MergedWithPrevious,
            "MERGEDWITHNEXT" => SplitBehavior.MergedWithNext,
            "CONTIGUOUS" => SplitBehavior.Contiguous,
            _ => throw part["behavior"].Error("must be Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous"),
        };
    }
}
