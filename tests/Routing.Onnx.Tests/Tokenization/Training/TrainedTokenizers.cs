using System.Text;
using System.Text.Json.Nodes;
using LlmRouting.Onnx.Tokenization.PreTokenizers;

namespace LlmRouting.Onnx.Tests.Tokenization.Training;

// Trains small tokenizers on the corpus's words and writes them in the shapes in which models of each kind are published.
internal static class TrainedTokenizers
{
    private const int Merges = 700;

    internal static JsonObject Bert(bool lowercase)
    {
        List<(string Word, int Count)> words = Words(lowercase ? static w => w.ToLowerInvariant() : static w => w);
        var vocabulary = new List<string> { "[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" };
        var split = words.ConvertAll(static w => (Symbols: Characters(w.Word).Select(static (c, i) => i == 0 ? c : "##" + c).ToArray(), w.Count));
        vocabulary.AddRange(split.SelectMany(static w => w.Symbols).Distinct().Order(StringComparer.Ordinal));
        vocabulary.AddRange("!?.,:;()[]{}'\"#-+*/=<>@&%$".Select(static c => c.ToString()));
        vocabulary.AddRange(PairMerger.Train(split, Merges, static (a, b) => a + b[2..]).Select(static p => p.Left + p.Right[2..]));
        var model = new JsonObject
        {
            ["type"] = "WordPiece",
            ["unk_token"] = "[UNK]",
            ["continuing_subword_prefix"] = "##",
            ["max_input_chars_per_word"] = 100,
            ["vocab"] = Ids(vocabulary.Distinct()),
        };
        return File(
            Node($$"""{ "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": {{(lowercase ? "true" : "false")}} }"""),
            Node("""{ "type": "BertPreTokenizer" }"""),
            Node("""
                { "type": "TemplateProcessing",
                  "single": [ { "SpecialToken": { "id": "[CLS]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "[SEP]", "type_id": 0 } } ],
                  "pair": [],
                  "special_tokens": { "[CLS]": { "id": "[CLS]", "ids": [ 3 ], "tokens": [ "[CLS]" ] }, "[SEP]": { "id": "[SEP]", "ids": [ 4 ], "tokens": [ "[SEP]" ] } } }
                """),
            model,
            [Special("[PAD]", 0), Special("[UNK]", 2), Special("[CLS]", 3), Special("[SEP]", 4), Special("[MASK]", 5)]);
    }

    internal static JsonObject Roberta()
    {
        (JsonObject vocabulary, JsonArray merges) = ByteLevelVocabulary(["<s>", "<pad>", "</s>", "<unk>"], asPairs: false);
        int mask = vocabulary.Count;
        vocabulary["<mask>"] = mask;
        JsonObject maskToken = Special("<mask>", mask);
        maskToken["lstrip"] = true;
        return File(
            null,
            Node("""{ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true }"""),
            Node("""{ "type": "RobertaProcessing", "sep": [ "</s>", 2 ], "cls": [ "<s>", 0 ], "trim_offsets": true, "add_prefix_space": false }"""),
            BytePairs(vocabulary, merges),
            [Special("<s>", 0), Special("<pad>", 1), Special("</s>", 2), Special("<unk>", 3), maskToken]);
    }

    internal static JsonObject Gpt2(bool prefixSpace)
    {
        (JsonObject vocabulary, JsonArray merges) = ByteLevelVocabulary([], asPairs: false);
        int end = vocabulary.Count;
        vocabulary["<|endoftext|>"] = end;
        JsonObject token = Special("<|endoftext|>", end);
        token["normalized"] = true;
        return File(
            null,
            Node($$"""{ "type": "ByteLevel", "add_prefix_space": {{(prefixSpace ? "true" : "false")}}, "trim_offsets": true }"""),
            Node("""{ "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false }"""),
            BytePairs(vocabulary, merges),
            [token]);
    }

    internal static JsonObject ModernBert()
    {
        (JsonObject vocabulary, JsonArray merges) = ByteLevelVocabulary(["|||IP_ADDRESS|||", "<|padding|>"], asPairs: true);
        int next = vocabulary.Count;
        var added = new JsonArray { Added("|||IP_ADDRESS|||", 0, normalized: true), Special("<|padding|>", 1) };
        for (int spaces = 8; spaces >= 2; spaces--)
        {
            added.Add(Added(new string(' ', spaces), next++, normalized: true));
        }

        foreach (string name in (string[])["[CLS]", "[SEP]", "[MASK]", "[PAD]"])
        {
            JsonObject token = Special(name, next++);
            token["lstrip"] = name == "[MASK]";
            added.Add(token);
        }

        int cls = next - 4;
        return File(
            Node("""{ "type": "NFC" }"""),
            Node("""{ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true }"""),
            Node($$"""
                { "type": "TemplateProcessing",
                  "single": [ { "SpecialToken": { "id": "[CLS]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "[SEP]", "type_id": 0 } } ],
                  "pair": [],
                  "special_tokens": { "[CLS]": { "id": "[CLS]", "ids": [ {{cls}} ], "tokens": [ "[CLS]" ] }, "[SEP]": { "id": "[SEP]", "ids": [ {{cls + 1}} ], "tokens": [ "[SEP]" ] } } }
                """),
            BytePairs(vocabulary, merges),
            added);
    }

    // A split pattern with look-ahead, bytes afterwards, whole words taken without merging: the shape of Llama 3 and its like.
    internal static JsonObject SplitPattern()
    {
        (JsonObject vocabulary, JsonArray merges) = ByteLevelVocabulary(["<|begin|>"], asPairs: true);
        vocabulary["\u0120unmergeable"] = vocabulary.Count;
        JsonObject model = BytePairs(vocabulary, merges);
        model["ignore_merges"] = true;
        return File(
            null,
            Node("""
                { "type": "Sequence", "pretokenizers": [
                  { "type": "Split", "behavior": "Isolated", "invert": false, "pattern":
                    { "Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+" } },
                  { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false } ] }
                """),
            Node("""
                { "type": "Sequence", "processors": [ { "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false },
                  { "type": "TemplateProcessing", "single": [ { "SpecialToken": { "id": "<|begin|>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } } ],
                    "pair": [], "special_tokens": { "<|begin|>": { "id": "<|begin|>", "ids": [ 0 ], "tokens": [ "<|begin|>" ] } } } ] }
                """),
            model,
            [Special("<|begin|>", 0)]);
    }

    // SentencePiece's BPE as Llama 2 writes it: spaces made visible by normalizers, bytes for what is unknown.
    internal static JsonObject ByteFallback()
    {
        var tokens = new List<string> { "<unk>", "<s>", "</s>" };
        tokens.AddRange(Enumerable.Range(0, 256).Select(static b => $"<0x{b:X2}>"));
        var split = Words(static w => w).ConvertAll(static w => (Symbols: Characters("\u2581" + w.Word).ToArray(), w.Count));
        tokens.AddRange(split.SelectMany(static w => w.Symbols).Distinct().Order(StringComparer.Ordinal));
        List<(string Left, string Right)> merges = PairMerger.Train(split, Merges, static (a, b) => a + b);
        tokens.AddRange(merges.Select(static m => m.Left + m.Right));
        JsonObject model = BytePairs(Ids(tokens.Distinct()), Pairs(merges, asPairs: true));
        model["unk_token"] = "<unk>";
        model["fuse_unk"] = true;
        model["byte_fallback"] = true;
        return File(
            Node("""{ "type": "Sequence", "normalizers": [ { "type": "Prepend", "prepend": "\u2581" }, { "type": "Replace", "pattern": { "String": " " }, "content": "\u2581" } ] }"""),
            null,
            Node("""
                { "type": "TemplateProcessing", "single": [ { "SpecialToken": { "id": "<s>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } } ],
                  "pair": [], "special_tokens": { "<s>": { "id": "<s>", "ids": [ 1 ], "tokens": [ "<s>" ] } } }
                """),
            model,
            [Special("<unk>", 0), Special("<s>", 1), Special("</s>", 2)]);
    }

    internal static JsonObject Deberta()
    {
        JsonArray vocabulary = UnigramTrainer.Train(["[PAD]", "[CLS]", "[SEP]", "[UNK]"], Words(static w => w));
        int mask = vocabulary.Count;
        JsonObject unknown = Special("[UNK]", 3);
        unknown["normalized"] = true;
        return File(
            Node($$"""
                { "type": "Sequence", "normalizers": [
                  { "type": "Strip", "strip_left": true, "strip_right": true },
                  { "type": "Precompiled", "precompiled_charsmap": "{{Convert.ToBase64String(CharacterMap.Bytes)}}" },
                  { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": " " } ] }
                """),
            Node("""{ "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true }"""),
            Node("""
                { "type": "TemplateProcessing",
                  "single": [ { "SpecialToken": { "id": "[CLS]", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "[SEP]", "type_id": 0 } } ],
                  "pair": [],
                  "special_tokens": { "[CLS]": { "id": "[CLS]", "ids": [ 1 ], "tokens": [ "[CLS]" ] }, "[SEP]": { "id": "[SEP]", "ids": [ 2 ], "tokens": [ "[SEP]" ] } } }
                """),
            new JsonObject { ["type"] = "Unigram", ["unk_id"] = 3, ["vocab"] = vocabulary },
            [Special("[PAD]", 0), Special("[CLS]", 1), Special("[SEP]", 2), unknown, Special("[MASK]", mask)]);
    }

    internal static JsonObject XlmRoberta()
    {
        JsonArray vocabulary = UnigramTrainer.Train(["<s>", "<pad>", "</s>", "<unk>"], Words(static w => w));
        int mask = vocabulary.Count;
        vocabulary.Add(new JsonArray("<mask>", 0.0));
        JsonObject maskToken = Special("<mask>", mask);
        maskToken["lstrip"] = true;
        return File(
            Node($$"""{ "type": "Precompiled", "precompiled_charsmap": "{{Convert.ToBase64String(CharacterMap.Bytes)}}" }"""),
            Node("""{ "type": "Sequence", "pretokenizers": [ { "type": "WhitespaceSplit" }, { "type": "Metaspace", "replacement": "\u2581", "add_prefix_space": true } ] }"""),
            Node("""
                { "type": "TemplateProcessing",
                  "single": [ { "SpecialToken": { "id": "<s>", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "</s>", "type_id": 0 } } ],
                  "pair": [],
                  "special_tokens": { "<s>": { "id": "<s>", "ids": [ 0 ], "tokens": [ "<s>" ] }, "</s>": { "id": "</s>", "ids": [ 2 ], "tokens": [ "</s>" ] } } }
                """),
            new JsonObject { ["type"] = "Unigram", ["unk_id"] = 3, ["vocab"] = vocabulary },
            [Special("<s>", 0), Special("<pad>", 1), Special("</s>", 2), Special("<unk>", 3), maskToken]);
    }

    internal static JsonObject File(JsonNode? normalizer, JsonNode? preTokenizer, JsonNode postProcessor, JsonObject model, JsonArray added) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = added,
        ["normalizer"] = normalizer,
        ["pre_tokenizer"] = preTokenizer,
        ["post_processor"] = postProcessor,
        ["decoder"] = null,
        ["model"] = model,
    };

    private static (JsonObject Vocabulary, JsonArray Merges) ByteLevelVocabulary(string[] specials, bool asPairs)
    {
        var split = Words(static w => w)
            .SelectMany(static w => (IEnumerable<(string Word, int Count)>)[w, (" " + w.Word, w.Count)])
            .Select(static w => (Symbols: Encoding.UTF8.GetBytes(w.Word).Select(static b => ByteAlphabet.Characters[b].ToString()).ToArray(), w.Count))
            .ToList();
        List<(string Left, string Right)> merges = PairMerger.Train(split, Merges, static (a, b) => a + b);
        IEnumerable<string> tokens = specials.Concat(ByteAlphabet.Characters.Order().Select(static c => c.ToString())).Concat(merges.Select(static m => m.Left + m.Right));
        return (Ids(tokens.Distinct()), Pairs(merges, asPairs));
    }

    internal static JsonObject BytePairs(JsonObject vocabulary, JsonArray merges) => new()
    {
        ["type"] = "BPE",
        ["dropout"] = null,
        ["unk_token"] = null,
        ["continuing_subword_prefix"] = "",
        ["end_of_word_suffix"] = "",
        ["fuse_unk"] = false,
        ["byte_fallback"] = false,
        ["ignore_merges"] = false,
        ["vocab"] = vocabulary,
        ["merges"] = merges,
    };

    internal static JsonArray Pairs(List<(string Left, string Right)> merges, bool asPairs) =>
        [.. merges.Select(m => asPairs ? (JsonNode)new JsonArray(m.Left, m.Right) : JsonValue.Create($"{m.Left} {m.Right}"))];

    internal static JsonObject Ids(IEnumerable<string> tokens)
    {
        var ids = new JsonObject();
        foreach (string token in tokens)
        {
            ids[token] = ids.Count;
        }

        return ids;
    }

    internal static JsonObject Special(string content, int id) => new()
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject Added(string content, int id, bool normalized)
    {
        JsonObject token = Special(content, id);
        token["normalized"] = normalized;
        token["special"] = false;
        return token;
    }

    internal static JsonNode Node(string json) => JsonNode.Parse(json) ?? throw new InvalidOperationException("The section is null.");

    internal static List<(string Word, int Count)> Words(Func<string, string> map) => [.. Corpus.TrainingWords
        .Select(map)
        .GroupBy(static w => w, StringComparer.Ordinal)
        .OrderBy(static g => g.Key, StringComparer.Ordinal)
        .Select(static g => (g.Key, g.Count()))];

    internal static IEnumerable<string> Characters(string text) => text.EnumerateRunes().Select(static r => r.ToString());
}
