using System.Text.Json;
using LlmRouting.Onnx.Tokenization.Models;
using LlmRouting.Onnx.Tokenization.Normalizers;
using LlmRouting.Onnx.Tokenization.PreTokenizers;

namespace LlmRouting.Onnx.Tokenization.Files;

/// <summary>Finds and reads the files of a tokenizer.</summary>
internal static class TokenizerFiles
{
    private const string JsonName = "tokenizer.json";
    private const string VocabularyName = "vocab.txt";
    private const string ConfigurationName = "tokenizer_config.json";

    // Models without a limit state 1e30; no encoder reads rows this long.
    private const double LargestLimit = 1_000_000;

    internal static HuggingFaceTokenizer Load(string path)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        string file = !Directory.Exists(path) ? path
            : File.Exists(Path.Combine(path, JsonName)) ? Path.Combine(path, JsonName)
            : Path.Combine(path, VocabularyName);
        if (!File.Exists(file))
        {
            throw new TokenizerException(
                $"'{path}' holds no tokenizer: there is neither {JsonName} nor {VocabularyName}. Export the model with its tokenizer, or copy one of them there.");
        }

        try
        {
            using JsonDocument? configuration = ReadConfiguration(folder);
            var settings = new JsonPart(configuration?.RootElement ?? default, "");
            int? maxTokens = MaxTokens(settings);
            return string.Equals(Path.GetExtension(file), ".txt", StringComparison.OrdinalIgnoreCase)
                ? FromVocabulary(File.ReadLines(file), settings.Flag("do_lower_case", true), maxTokens)
                : FromJson(File.ReadAllBytes(file), maxTokens);
        }
        catch (Exception exception) when (exception is TokenizerException or IOException or UnauthorizedAccessException or JsonException)
        {
            throw new TokenizerException($"The tokenizer '{file}' cannot be read: {exception.Message}", exception);
        }
    }

    internal static HuggingFaceTokenizer FromJson(ReadOnlyMemory<byte> json, int? maxTokens)
    {
        // A byte order mark is what an editor left behind.
        json = json.Span.StartsWith("\uFEFF"u8) ? json[3..] : json;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            var root = new JsonPart(document.RootElement, "");
            if (root.Element.ValueKind != JsonValueKind.Object)
            {
                throw new TokenizerException($"{JsonName} must hold an object.");
            }

            return Read(root, maxTokens);
        }
        catch (JsonException exception)
        {
            throw new TokenizerException($"{JsonName} is not valid JSON: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException)
        {
            throw new TokenizerException($"{JsonName} holds a value of the wrong type: {exception.Message}", exception);
        }
    }

    internal static HuggingFaceTokenizer FromVocabulary(IEnumerable<string> tokens, bool lowercase, int? maxTokens)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        int line = 0;
        foreach (string token in tokens)
        {
            vocabulary[token.TrimEnd('\r', '\n')] = line++;
        }

        int unknown = Special("[UNK]") ?? throw Missing("[UNK]");
        int start = Special("[CLS]") ?? throw Missing("[CLS]");
        int end = Special("[SEP]") ?? throw Missing("[SEP]");
        string[] specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
        return new HuggingFaceTokenizer(new TokenizerParts
        {
            Normalizer = new BertNormalizer(cleansText: true, splitsIdeographs: true, stripsAccents: lowercase, lowers: lowercase),
            PreTokenizer = new BertPreTokenizer(),
            Model = new WordPieceModel(vocabulary, "##", unknown, maxWordCharacters: 100),
            AddedTokens = [.. specials.Where(vocabulary.ContainsKey).Select(s => new AddedToken(s, vocabulary[s], false, false, false, false))],
            Template = new() { Prefix = [new(start)], Suffix = [new(end)] },
            PadId = Special("[PAD]") ?? 0,
            MaxTokens = maxTokens,
        });

        int? Special(string token) => vocabulary.TryGetValue(token, out int id) ? id : null;

        static TokenizerException Missing(string token) =>
            new($"{VocabularyName} does not hold '{token}'; it must be the vocabulary of a BERT model, one token a line.");
    }

    private static HuggingFaceTokenizer Read(JsonPart root, int? maxTokens)
    {
        TokenModel model = ModelReader.Read(root["model"]);
        AddedToken[] added = [.. root["added_tokens"].Items().Select(AddedToken)];
        return new HuggingFaceTokenizer(new TokenizerParts
        {
            Normalizer = NormalizerReader.Read(root["normalizer"]),
            PreTokenizer = PreTokenizerReader.Read(root["pre_tokenizer"]),
            Model = model,
            AddedTokens = added,
            Template = TemplateReader.Read(root["post_processor"]),
            PadId = root["padding"].NumberOrNull("pad_id") ?? FindPad(added, model),
            MaxTokens = root["truncation"].NumberOrNull("max_length") ?? maxTokens,
        });
    }

    private static AddedToken AddedToken(JsonPart part) => new(
        part.Text("content"),
        part.Number("id"),
        part.Flag("single_word", false),
        part.Flag("lstrip", false),
        part.Flag("rstrip", false),
        part.Flag("normalized", !part.Flag("special", false)));

    private static int FindPad(AddedToken[] added, TokenModel model)
    {
        foreach (string name in (ReadOnlySpan<string>)["[PAD]", "<pad>", "<|padding|>"])
        {
            if (Array.Find(added, t => t.Content == name) is { } token)
            {
                return token.Id;
            }

            if (model.TryGetId(name, out int id))
            {
                return id;
            }
        }

        return 0;
    }

    private static JsonDocument? ReadConfiguration(string folder)
    {
        string file = Path.Combine(folder, ConfigurationName);
        try
        {
            return File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)) : null;
        }
        catch (JsonException exception)
        {
            throw new TokenizerException($"{ConfigurationName} beside it is not valid JSON: {exception.Message}", exception);
        }
    }

    private static int? MaxTokens(JsonPart configuration) =>
        configuration["model_max_length"] is { Element.ValueKind: JsonValueKind.Number } limit
        && limit.Element.GetDouble() is >= 1 and <= LargestLimit and var value
            ? (int)value
            : null;
}
