using System.Text.Json.Nodes;
using LlmRouting.Onnx.Tests.Tokenization.Training;
using LlmRouting.Onnx.Tokenization.Unicode;

namespace LlmRouting.Onnx.Tests.Tokenization;

// The sections that the files of published models have, as the converters of the transformers library write them, or older releases did, around
// vocabularies that are trained here. What TrainedTokenizers writes already is not repeated.
internal static class PublishedLayouts
{
    private static readonly Lazy<JsonObject> Bert = new(static () => TrainedTokenizers.Bert(lowercase: true));
    private static readonly Lazy<JsonObject> Roberta = new(TrainedTokenizers.Roberta);
    private static readonly Lazy<JsonObject> Bytes = new(static () => TrainedTokenizers.Gpt2(prefixSpace: false));
    private static readonly Lazy<JsonObject> Deberta = new(TrainedTokenizers.Deberta);
    private static readonly Lazy<JsonObject> XlmRoberta = new(TrainedTokenizers.XlmRoberta);

    private static string Map => $$"""{ "type": "Precompiled", "precompiled_charsmap": "{{Convert.ToBase64String(CharacterMap.Bytes)}}" }""";

    internal static Layout[] All { get; } =
    [
        new("all-MiniLM-L6-v2", MiniLm, static text => ReferenceDeviations.Bert(text) ?? ReferenceDeviations.Sigma(text)),
        new("bert-base of 2020", OldBert, static text => ReferenceDeviations.Bert(text) ?? ReferenceDeviations.Sigma(text)),
        new("all-mpnet-base-v2", MpNet, static text => ReferenceDeviations.Bert(text) ?? ReferenceDeviations.Sigma(text)),
        new("herbert", Herbert, ReferenceDeviations.Bert),
        new("roberta-base of 2020", OldRoberta, ReferenceDeviations.ByteLevel),
        new("deberta-base", DebertaOne, ReferenceDeviations.ByteLevel),
        new("SmolLM2", SmolLm, static text => ReferenceDeviations.ByteLevel(text) ?? ReferenceDeviations.Digits(text)),
        new("Qwen2", Qwen, ReferenceDeviations.ByteLevel),
        new("gemma", Gemma, static _ => null),
        new("mdeberta-v3", DebertaThree, ReferenceDeviations.Precompiled),
        new("bge-m3", BgeM3, ReferenceDeviations.Precompiled),
        new("albert-base-v2", Albert, static text => ReferenceDeviations.Sigma(Decomposed(text)) ?? ReferenceDeviations.Precompiled(Plain(text))),
        new("camembert-base", Camembert, ReferenceDeviations.Precompiled),
        new("t5-small", T5, ReferenceDeviations.Precompiled),
    ];

    private static JsonObject MiniLm() => With(
        Bert,
        ("truncation", """{ "direction": "Right", "max_length": 128, "strategy": "LongestFirst", "stride": 0 }"""),
        ("padding", """{ "strategy": { "Fixed": 128 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 0, "pad_type_id": 0, "pad_token": "[PAD]" }"""),
        ("decoder", """{ "type": "WordPiece", "prefix": "##", "cleanup": true }"""));

    // No type of the model, and the post-processor that came before templates.
    private static JsonObject OldBert()
    {
        JsonObject file = With(Bert, ("post_processor", """{ "type": "BertProcessing", "sep": [ "[SEP]", 4 ], "cls": [ "[CLS]", 3 ] }"""));
        Model(file).Remove("type");
        return file;
    }

    // Two families of special tokens: those of RoBERTa around the text, and that of BERT for what is unknown.
    private static JsonObject MpNet()
    {
        JsonObject file = With(Bert, ("post_processor", Template("<s>", 3, "</s>", 4)));
        JsonObject vocabulary = Vocabulary(file);
        Rename(vocabulary, "[CLS]", "<s>");
        Rename(vocabulary, "[SEP]", "</s>");
        Rename(vocabulary, "[PAD]", "<pad>");
        Rename(vocabulary, "[MASK]", "<mask>");
        JsonObject mask = TrainedTokenizers.Special("<mask>", 5);
        mask["lstrip"] = true;
        file["added_tokens"] = new JsonArray(
            TrainedTokenizers.Special("<pad>", 0), TrainedTokenizers.Special("[UNK]", 2), TrainedTokenizers.Special("<s>", 3), TrainedTokenizers.Special("</s>", 4), mask);
        return file;
    }

    // Byte pairs of words whose end is marked, as in the first GPT and in HerBERT.
    private static JsonObject Herbert()
    {
        var split = TrainedTokenizers.Words(static w => w).ConvertAll(static w =>
        {
            string[] symbols = [.. TrainedTokenizers.Characters(w.Word)];
            symbols[^1] += "</w>";
            return (Symbols: symbols, w.Count);
        });
        string[] specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
        List<string> tokens = [.. specials, .. split.SelectMany(static w => w.Symbols).Distinct().Order(StringComparer.Ordinal)];
        List<(string Left, string Right)> merges = PairMerger.Train(split, 700, static (a, b) => a + b); // changes the words
        tokens.AddRange(merges.Select(static m => m.Left + m.Right));
        JsonObject model = TrainedTokenizers.BytePairs(TrainedTokenizers.Ids(tokens.Distinct()), TrainedTokenizers.Pairs(merges, asPairs: true));
        model["unk_token"] = "<unk>";
        model["continuing_subword_prefix"] = null;
        model["end_of_word_suffix"] = "</w>";
        return TrainedTokenizers.File(
            TrainedTokenizers.Node("""{ "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": false, "lowercase": false }"""),
            TrainedTokenizers.Node("""{ "type": "BertPreTokenizer" }"""),
            TrainedTokenizers.Node("""{ "type": "BertProcessing", "sep": [ "</s>", 2 ], "cls": [ "<s>", 0 ] }"""),
            model,
            [.. specials.Select(TrainedTokenizers.Special)]);
    }

    // No type of the model, no use_regex, and special tokens that are looked for in the normalised text.
    private static JsonObject OldRoberta()
    {
        JsonObject file = With(Roberta, ("pre_tokenizer", """{ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true }"""));
        foreach (JsonNode? token in (JsonArray)file["added_tokens"]!)
        {
            token!["normalized"] = (string?)token["content"] != "<mask>";
        }

        foreach (string member in (string[])["type", "byte_fallback", "ignore_merges"])
        {
            Model(file).Remove(member);
        }

        return file;
    }

    private static JsonObject DebertaOne() => With(
        Roberta, ("post_processor", Template("<s>", 0, "</s>", 2)), ("decoder", """{ "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true }"""));

    private static JsonObject SmolLm() => With(
        Bytes,
        ("pre_tokenizer", """
            { "type": "Sequence", "pretokenizers": [ { "type": "Digits", "individual_digits": true },
              { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true } ] }
            """),
        ("post_processor", null));

    private static JsonObject Qwen() => With(
        Bytes,
        ("normalizer", """{ "type": "NFC" }"""),
        ("pre_tokenizer", """
            { "type": "Sequence", "pretokenizers": [
              { "type": "Split", "behavior": "Isolated", "invert": false, "pattern":
                { "Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+" } },
              { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false } ] }
            """),
        ("post_processor", """{ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false }"""));

    private static JsonObject Gemma()
    {
        JsonObject file = TrainedTokenizers.ByteFallback();
        file["normalizer"] = TrainedTokenizers.Node("""{ "type": "Replace", "pattern": { "String": " " }, "content": "\u2581" }""");
        file["pre_tokenizer"] = TrainedTokenizers.Node("""{ "type": "Split", "pattern": { "String": " " }, "behavior": "MergedWithPrevious", "invert": false }""");
        return file;
    }

    private static JsonObject DebertaThree() => With(
        Deberta,
        ("pre_tokenizer", """{ "type": "Sequence", "pretokenizers": [ { "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true } ] }"""));

    // What today's converters write for XLM-R; older files (multilingual-e5) are TrainedTokenizers.XlmRoberta.
    private static JsonObject BgeM3() => With(
        XlmRoberta,
        ("normalizer", $$"""
            { "type": "Sequence", "normalizers": [ {{Map}}, { "type": "Strip", "strip_left": false, "strip_right": true },
              { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": "\u2581" } ] }
            """),
        ("pre_tokenizer", """{ "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "always", "split": true }"""));

    private static JsonObject Albert() => With(
        Deberta,
        ("normalizer", $$"""
            { "type": "Sequence", "normalizers": [ { "type": "Replace", "pattern": { "String": "``" }, "content": "\"" },
              { "type": "Replace", "pattern": { "String": "''" }, "content": "\"" }, { "type": "NFKD" }, { "type": "StripAccents" }, { "type": "Lowercase" },
              {{Map}}, { "type": "Replace", "pattern": { "Regex": " {2,}" }, "content": " " } ] }
            """),
        ("pre_tokenizer", """
            { "type": "Sequence", "pretokenizers": [ { "type": "WhitespaceSplit" },
              { "type": "Metaspace", "replacement": "\u2581", "str_rep": "\u2581", "add_prefix_space": true } ] }
            """));

    // Its vocabulary keeps places that are not used, and its special tokens stand behind them.
    private static JsonObject Camembert()
    {
        JsonObject file = XlmRoberta.Value.DeepClone().AsObject();
        JsonArray vocabulary = (JsonArray)Model(file)["vocab"]!;
        vocabulary[0]![0] = "<s>NOTUSED";
        vocabulary[2]![0] = "</s>NOTUSED";
        int start = vocabulary.Count;
        vocabulary.Add(new JsonArray("<s>", 0.0));
        vocabulary.Add(new JsonArray("</s>", 0.0));
        file["post_processor"] = TrainedTokenizers.Node(Template("<s>", start, "</s>", start + 1));
        JsonArray added = (JsonArray)file["added_tokens"]!;
        added[0] = TrainedTokenizers.Special("<s>NOTUSED", 0);
        added[2] = TrainedTokenizers.Special("</s>NOTUSED", 2);
        added.Add(TrainedTokenizers.Special("<s>", start));
        added.Add(TrainedTokenizers.Special("</s>", start + 1));
        return file;
    }

    // Nothing before the text.
    private static JsonObject T5() => With(
        XlmRoberta,
        ("post_processor", """
            { "type": "TemplateProcessing", "single": [ { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "</s>", "type_id": 0 } } ], "pair": [],
              "special_tokens": { "</s>": { "id": "</s>", "ids": [ 2 ], "tokens": [ "</s>" ] } } }
            """));

    // What comes before the character map: only to know which texts the reference treats otherwise.
    private static string Decomposed(string text) =>
        CharacterMap.Form(NormalForm.KD, text.Replace("``", "\"", StringComparison.Ordinal).Replace("''", "\"", StringComparison.Ordinal));

    private static string Plain(string text) => string.Concat(
        Decomposed(text).EnumerateRunes().Where(static rune => !CodePoints.IsMark(rune)).Select(static rune => System.Text.Rune.ToLowerInvariant(rune)));

    private static JsonObject With(Lazy<JsonObject> trained, params (string Section, string? Json)[] sections)
    {
        JsonObject file = trained.Value.DeepClone().AsObject();
        foreach ((string section, string? json) in sections)
        {
            file[section] = json is null ? null : TrainedTokenizers.Node(json);
        }

        return file;
    }

    private static string Template(string start, int startId, string end, int endId) => $$"""
        { "type": "TemplateProcessing",
          "single": [ { "SpecialToken": { "id": "{{start}}", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "{{end}}", "type_id": 0 } } ],
          "pair": [ { "SpecialToken": { "id": "{{start}}", "type_id": 0 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "{{end}}", "type_id": 0 } },
            { "Sequence": { "id": "B", "type_id": 1 } }, { "SpecialToken": { "id": "{{end}}", "type_id": 1 } } ],
          "special_tokens": { "{{start}}": { "id": "{{start}}", "ids": [ {{startId}} ], "tokens": [ "{{start}}" ] },
            "{{end}}": { "id": "{{end}}", "ids": [ {{endId}} ], "tokens": [ "{{end}}" ] } } }
        """;

    private static JsonObject Model(JsonObject file) => (JsonObject)file["model"]!; // the files are ours

    private static JsonObject Vocabulary(JsonObject file) => (JsonObject)Model(file)["vocab"]!;

    private static void Rename(JsonObject vocabulary, string from, string to)
    {
        int id = (int)vocabulary[from]!;
        vocabulary.Remove(from);
        vocabulary[to] = id;
    }

    /// <param name="Name">Whose files look like this.</param>
    /// <param name="Write">Writes one.</param>
    /// <param name="Excuse">Why a text is left out of the comparison; null when it is not.</param>
    internal sealed record Layout(string Name, Func<JsonObject> Write, Func<string, string?> Excuse);
}
