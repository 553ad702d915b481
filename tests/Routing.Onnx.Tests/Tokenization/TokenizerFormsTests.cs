using System.Text;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Tests.Tokenization;

// Forms of single parts that files of different years have for the same thing, and parts that are not read. Whole files: ParityTests.
public sealed class TokenizerFormsTests
{
    private const string Pieces = """ "model": { "type": "Unigram", "unk_id": 0, "vocab": [ [ "<unk>", 0.0 ], [ "\u2581a", -1.0 ], [ "a", -2.0 ], [ "\u2581", -3.0 ] ] } """;
    private const string Pairs = """ "model": { "type": "BPE", "vocab": { "a": 0, "b": 1, "ab": 2, "X": 3 }, "merges": MERGES } """;

    [TestCase("""[ "a b" ]""")]
    [TestCase("""[ [ "a", "b" ] ]""")]
    [TestCase("""[ "#version: 0.2", "a b" ]""")]
    public void Merges_AreReadInEveryForm(string merges)
    {
        HuggingFaceTokenizer tokenizer = Read($"{{ {Pairs.Replace("MERGES", merges, StringComparison.Ordinal)} }}");

        Assert.That(Ids(tokenizer, "abb"), Is.EqualTo((int[])[2, 1]));
    }

    [TestCase(""" "prepend_scheme": "always", "split": true """, "1 1 9 1")]
    [TestCase(""" "prepend_scheme": "first", "split": true """, "1 1 9 2")]
    [TestCase(""" "prepend_scheme": "never", "split": true """, "2 1 9 2")]
    [TestCase(""" "prepend_scheme": "first", "add_prefix_space": true """, "1 1 9 2")]
    [TestCase(""" "add_prefix_space": true, "str_rep": "\u2581" """, "1 1 9 1")]
    [TestCase(""" "add_prefix_space": false """, "2 1 9 2")]
    public void Metaspace_IsReadInEveryForm(string form, string expected)
    {
        HuggingFaceTokenizer tokenizer = Read($$"""
            { "pre_tokenizer": { "type": "Metaspace", "replacement": "\u2581", {{form}} },
              "added_tokens": [ { "id": 9, "content": "<s>", "special": true } ], {{Pieces}} }
            """);

        Assert.That(string.Join(' ', Ids(tokenizer, "a a<s>a")), Is.EqualTo(expected));
    }

    [TestCase("null")]
    [TestCase("\"\"")]
    public void CharacterMap_ThatIsEmpty_ChangesNothing(string map)
    {
        HuggingFaceTokenizer tokenizer = Read($$"""{ "normalizer": { "type": "Precompiled", "precompiled_charsmap": {{map}} }, {{Pieces}} }""");

        Assert.That(Ids(tokenizer, "\u2581a"), Is.EqualTo((int[])[1]));
    }

    [TestCase("""{ "truncation": { "direction": "Right", "max_length": 128, "strategy": "LongestFirst", "stride": 0 }, PIECES }""", 128)]
    [TestCase("""{ "truncation": null, PIECES }""", null)]
    [TestCase("""{ PIECES }""", null)]
    public void Truncation_IsTheLongestRow(string json, int? expected) => Assert.That(Read(json.Replace("PIECES", Pieces, StringComparison.Ordinal)).MaxTokens, Is.EqualTo(expected));

    [TestCase("""{ "padding": { "strategy": { "Fixed": 128 }, "direction": "Right", "pad_to_multiple_of": null, "pad_id": 2, "pad_type_id": 0, "pad_token": "a" }, PIECES }""", 2)]
    [TestCase("""{ "padding": { "strategy": "BatchLongest", "pad_id": 1 }, PIECES }""", 1)]
    [TestCase("""{ "added_tokens": [ { "id": 7, "content": "<pad>", "special": true } ], PIECES }""", 7)]
    public void Padding_SaysWhichIdPads(string json, int expected) => Assert.That(Read(json.Replace("PIECES", Pieces, StringComparison.Ordinal)).PadId, Is.EqualTo(expected));

    [Test]
    [Description("Decoders are of no interest to who only encodes, whatever their kind.")]
    public void Decoder_IsNotRead() =>
        Assert.That(() => Read($$"""{ "decoder": { "type": "Sequence", "decoders": [ { "type": "ByteFallback" }, { "type": "Unheard" } ] }, {{Pieces}} }"""), Throws.Nothing);

    [Test]
    public void Template_MayHaveATypeOfItsOwnForItsFirstToken()
    {
        HuggingFaceTokenizer tokenizer = Read($$"""
            { "post_processor": { "type": "TemplateProcessing",
                "single": [ { "SpecialToken": { "id": "<cls>", "type_id": 2 } }, { "Sequence": { "id": "A", "type_id": 0 } }, { "SpecialToken": { "id": "<sep>", "type_id": 0 } } ],
                "pair": [], "special_tokens": { "<cls>": { "id": "<cls>", "ids": [ 3 ], "tokens": [ "<cls>" ] }, "<sep>": { "id": "<sep>", "ids": [ 1, 2 ], "tokens": [ "x", "y" ] } } },
              {{Pieces}} }
            """);

        Assert.That(tokenizer.Template.Prefix.ToArray(), Is.EqualTo((SpecialToken[])[new(3, 2)]));
        Assert.That(tokenizer.Template.Suffix.ToArray(), Is.EqualTo((SpecialToken[])[new(1), new(2)]));
    }

    [TestCase("normalizer", """{ "type": "ByteLevel" }""", "'normalizer' is of the kind 'ByteLevel'")]
    [TestCase("pre_tokenizer", """{ "type": "UnicodeScripts" }""", "'pre_tokenizer' is of the kind 'UnicodeScripts'")]
    [TestCase("pre_tokenizer", """{ "type": "Sequence", "pretokenizers": [ { "type": "FixedLength", "length": 5 } ] }""", "'pre_tokenizer.pretokenizers[0]' is of the kind 'FixedLength'")]
    [TestCase("pre_tokenizer", """{ "type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "sometimes" }""", "'pre_tokenizer.prepend_scheme' must be always, first or never")]
    [TestCase("pre_tokenizer", """{ "type": "Split", "pattern": { "String": " " }, "behavior": "Sideways" }""", "'pre_tokenizer.behavior' must be Removed")]
    [TestCase("pre_tokenizer", """{ "replacement": "\u2581" }""", "'pre_tokenizer.type' is missing")]
    [TestCase("post_processor", """{ "type": "RobertaProcessing", "sep": [ "</s>", 2 ] }""", "'post_processor.cls' is missing")]
    [TestCase("post_processor", """{ "type": "TemplateProcessing", "single": [ { "Sequence": { "id": "A" } }, { "Sequence": { "id": "B" } } ] }""", "'post_processor.single[1]' must be a SpecialToken, or the only Sequence")]
    [TestCase("post_processor", """{ "type": "TemplateProcessing", "single": [ { "SpecialToken": { "id": "[CLS]" } }, { "Sequence": { "id": "A" } } ], "special_tokens": {} }""", "names '[CLS]'")]
    [TestCase("added_tokens", """[ { "id": "7", "content": "x" } ]""", "'added_tokens[0].id' must be a whole number")]
    public void Part_ThatIsNotKnown_IsNamed(string section, string json, string problem) =>
        Assert.That(() => Read($$"""{ "{{section}}": {{json}}, {{Pieces}} }"""), Throws.TypeOf<TokenizerException>().With.Message.Contains(problem));

    private static HuggingFaceTokenizer Read(string json) => HuggingFaceTokenizer.FromJson(Encoding.UTF8.GetBytes(json));

    private static int[] Ids(HuggingFaceTokenizer tokenizer, string text)
    {
        using var ids = new TokenBuffer();
        tokenizer.Encode(text, ids);
        return ids.Written.ToArray();
    }
}
