using System.Text.Json;
using LlmRouting.Onnx.Tokenization.Models;

namespace LlmRouting.Onnx.Tokenization.Files;

/// <summary>Reads the section <c>model</c>.</summary>
internal static class ModelReader
{
    private const int DefaultWordCharacters = 100;

    internal static TokenModel Read(JsonPart part)
    {
        if (part.IsNull)
        {
            throw part.Error("must hold the vocabulary");
        }

        // Old files name no type; the shape of the vocabulary tells.
        string kind = part.Text(
            "type", part["vocab"].Element.ValueKind == JsonValueKind.Array ? "Unigram" : part["merges"].IsNull ? "WordPiece" : "BPE");
        return kind switch
        {
            "WordPiece" => WordPiece(part),
            "BPE" => Bpe(part),
            "Unigram" => Unigram(part),
            _ => throw part.Unknown(kind, "WordPiece, BPE, Unigram"),
        };
    }

    private static WordPieceModel WordPiece(JsonPart part)
    {
        Dictionary<string, int> vocabulary = Vocabulary(part["vocab"]);
        return new WordPieceModel(
            vocabulary,
            part.Text("continuing_subword_prefix", "##"),
            Find(part, vocabulary, "unk_token", part.Text("unk_token", "[UNK]")),
            part.NumberOrNull("max_input_chars_per_word") ?? DefaultWordCharacters);
    }

    private static BpeModel Bpe(JsonPart part)
    {
        Dictionary<string, int> vocabulary = Vocabulary(part["vocab"]);
        var settings = new BpeSettings
        {
            UnknownId = part["unk_token"].IsNull ? null : Find(part, vocabulary, "unk_token", part.Text("unk_token")),
            FusesUnknown = part.Flag("fuse_unk", false),
            IgnoresMerges = part.Flag("ignore_merges", false),
            HasByteFallback = part.Flag("byte_fallback", false),
            ContinuingPrefix = part.Text("continuing_subword_prefix", ""),
            EndSuffix = part.Text("end_of_word_suffix", ""),
        };
        return new BpeModel(vocabulary, Merges(part["merges"], vocabulary, settings.ContinuingPrefix), settings);
    }

    private static Dictionary<long, Merge> Merges(JsonPart part, Dictionary<string, int> vocabulary, string prefix)
    {
        var merges = new Dictionary<long, Merge>();
        int rank = 0;
        foreach (JsonPart item in part.Items())
        {
            // The first line of a merges.txt, which old converters copied along.
            if (item.Element.ValueKind == JsonValueKind.String && item.Element.ValueEquals("#version: 0.2"u8))
            {
                continue;
            }

            (string left, string right) = Pair(item);
            string merged = left + (prefix.Length > 0 && right.StartsWith(prefix, StringComparison.Ordinal) ? right[prefix.Length..] : right);
            if (!vocabulary.TryGetValue(left, out int leftId) || !vocabulary.TryGetValue(right, out int rightId)
                || !vocabulary.TryGetValue(merged, out int id))
            {
                throw item.Error($"merges '{left}' and '{right}' into '{merged}', which are not all in the vocabulary");
            }

            merges[MergeList.Key(leftId, rightId)] = new Merge(rank++, id);
        }

        return merges;
    }

    private static (string Left, string Right) Pair(JsonPart item)
    {
        if (item.Element.ValueKind == JsonValueKind.Array && item.Element.GetArrayLength() == 2)
        {
            return (item.Element[0].GetString() ?? "", item.Element[1].GetString() ?? "");
        }

        string text = item.Element.ValueKind == JsonValueKind.String ? item.Element.GetString()! : throw item.Error("must be a pair of tokens");   // A string has a value.
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space > 0 ? (text[..space], text[(space + 1)..]) : throw item.Error("must be two tokens with a space between them");
    }

    private static UnigramModel Unigram(JsonPart part)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var scores = new List<double>();
        foreach (JsonPart item in part["vocab"].Items())
        {
            if (item.Element.ValueKind != JsonValueKind.Array || item.Element.GetArrayLength() != 2
                || item.Element[0].ValueKind != JsonValueKind.String || item.Element[1].ValueKind != JsonValueKind.Number)
            {
                throw item.Error("must be a pair of token and score");
            }

            vocabulary[item.Element[0].GetString()!] = scores.Count;   // A string has a value.
            scores.Add(item.Element[1].GetDouble());
        }

        int? unknown = part.NumberOrNull("unk_id");
        if (unknown is null || unknown < 0 || unknown >= scores.Count)
        {
            throw part["unk_id"].Error($"must be the index of the unknown token among the {scores.Count} of the vocabulary");
        }

        return new UnigramModel(
            vocabulary, [.. scores], unknown.Value, part.Flag("byte_fallback", false) ? new ByteTokens(vocabulary) : null);
    }

    private static Dictionary<string, int> Vocabulary(JsonPart part)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (JsonProperty entry in part.Members())
        {
            vocabulary[entry.Name] = entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetInt32(out int id) && id >= 0
                ? id
                : throw part[entry.Name].Error("must be a whole number from 0 on");
        }

        return vocabulary;
    }

    private static int Find(JsonPart part, Dictionary<string, int> vocabulary, string name, string token) => vocabulary.TryGetValue(token, out int id)
        ? id
        : throw part[name].Error($"names '{token}', which is not in the vocabulary");
}
