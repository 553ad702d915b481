using System.Text;
using LlmRouting.Onnx.Tests.Tokenization.Training;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Tests.Tokenization;

[TestFixture]
internal sealed class HuggingFaceTokenizerTests
{
    private const string WordPiece =
        """ "model": { "type": "WordPiece", "unk_token": "[UNK]", "vocab": { "[UNK]": 0, "a": 1, "##b": 2, "b": 3, "ab": 4, "##c": 5, ".": 6 } } """;

    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "wor", "##ld", "!"];

    [Test]
    public void FromVocabulary_IsBert()
    {
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.FromVocabulary(Vocabulary, lowercase: true);

        using EncodedText encoded = new TokenEncoder(tokenizer).Encode("H\u00e9llo WORLD! [MASK] zzz");

        Assert.That(encoded.Ids.ToArray(), Is.EqualTo(new[] { 2, 5, 6, 7, 8, 4, 1, 3 }));
    }

    [TestCase("""{ "model": { "type": "WordLevel", "vocab": {} } }""", "'model' is of the kind 'WordLevel'")]
    [TestCase("""{ "normalizer": { "type": "Sequence", "normalizers": [ { "type": "NFC" }, { "type": "Shout" } ] }, MODEL }""", "'normalizer.normalizers[1]' is of the kind 'Shout'")]
    [TestCase("""{ "pre_tokenizer": { "type": "Guess" }, MODEL }""", "'pre_tokenizer' is of the kind 'Guess'")]
    [TestCase("""{ "post_processor": { "type": "Reverse" }, MODEL }""", "'post_processor' is of the kind 'Reverse'")]
    [TestCase("""{ "pre_tokenizer": { "type": "Split", "pattern": { "Regex": "[a-z&&[^b]]" }, "behavior": "Isolated" }, MODEL }""", "an intersection of classes")]
    [TestCase("""{ "pre_tokenizer": { "type": "Split", "pattern": { "Regex": "(" }, "behavior": "Isolated" }, MODEL }""", "'(' cannot be compiled")]
    [TestCase("""{ "added_tokens": [ { "content": "x" } ], MODEL }""", "'added_tokens[0].id' is missing")]
    [TestCase("""{ "model": { "type": "BPE", "vocab": { "a": 0 }, "merges": [ "a b" ] } }""", "'model.merges[0]' merges 'a' and 'b' into 'ab'")]
    [TestCase("""{ "model": { "type": "Unigram", "vocab": [ [ "a", -1.0 ] ] } }""", "'model.unk_id' is missing")]
    [TestCase("""{ "model": { "type": "WordPiece", "unk_token": "[UNK]", "vocab": { "a": 0 } } }""", "names '[UNK]', which is not in the vocabulary")]
    [TestCase("""{ "normalizer": { "type": "Precompiled", "precompiled_charsmap": "AAA=" }, MODEL }""", "the character map is cut short")]
    [TestCase("[]", "must hold an object")]
    [TestCase("{", "is not valid JSON")]
    [TestCase("{}", "'model' is missing")]
    public void FromJson_SaysWhatItCannotRead(string json, string problem)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json.Replace("MODEL", WordPiece, StringComparison.Ordinal));

        Assert.That(() => HuggingFaceTokenizer.FromJson(bytes), Throws.InstanceOf<TokenizerException>().With.Message.Contains(problem));
    }

    [Test]
    public void Load_NamesTheFolderWithoutATokenizer()
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "no-tokenizer");
        Directory.CreateDirectory(folder);

        Assert.That(() => HuggingFaceTokenizer.Load(folder), Throws.InstanceOf<TokenizerException>().With.Message.Contains("no-tokenizer' holds no tokenizer"));
    }

    [Test]
    public void Load_TakesTheLimitFromTheFileBesideIt()
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "limited-tokenizer");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), $"{{ {WordPiece} }}");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), """{ "model_max_length": 384 }""");

        Assert.That(HuggingFaceTokenizer.Load(folder).MaxTokens, Is.EqualTo(384));
    }

    [Test]
    public void Load_NamesTheFileBesideIt_WhenThatOneIsBroken()
    {
        string folder = Path.Combine(TestContext.CurrentContext.WorkDirectory, "half-tokenizer");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), $"{{ {WordPiece} }}");
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), "{ half");

        Assert.That(() => HuggingFaceTokenizer.Load(folder), Throws.TypeOf<TokenizerException>().With.Message.Contains("tokenizer_config.json beside it is not valid JSON"));
    }

    [TestCase("aXb", false, 1, 99, 3)]
    [TestCase("aXb", true, 0)]
    [TestCase("a X b", true, 1, 99, 3)]
    public void Encode_FindsSingleWordTokensBetweenOthersOnly(string text, bool isSingleWord, params int[] ids)
    {
        HuggingFaceTokenizer tokenizer = Read($$"""
            { "pre_tokenizer": { "type": "Whitespace" },
              "added_tokens": [ { "id": 99, "content": "X", "single_word": {{(isSingleWord ? "true" : "false")}}, "lstrip": false, "rstrip": false, "normalized": false, "special": false } ],
              {{WordPiece}} }
            """);

        Assert.That(Ids(tokenizer, text), Is.EqualTo(ids));
    }

    [TestCase("Removed", false, "1 3")]
    [TestCase("Isolated", false, "1 6 6 3")]
    [TestCase("MergedWithPrevious", false, "0 6 3")]
    [TestCase("MergedWithNext", false, "1 6 6 2")]
    [TestCase("Contiguous", false, "1 0 3")]
    [TestCase("Removed", true, "6 6")]
    public void Encode_SplitsInEveryWay(string behavior, bool inverts, string ids)
    {
        HuggingFaceTokenizer tokenizer = Read($$"""
            { "pre_tokenizer": { "type": "Split", "pattern": { "String": "." }, "behavior": "{{behavior}}", "invert": {{(inverts ? "true" : "false")}} }, {{WordPiece}} }
            """);

        Assert.That(string.Join(' ', Ids(tokenizer, "a..b")), Is.EqualTo(ids));
    }

    [TestCase(@"[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*", "a1234!!b", "a|1234|!!|b")]
    [TestCase(@"[\p{Han}]+|\h{2}", "\u6f22\ud840\udc00f0x", "\u6f22\ud840\udc00|f0|x")]
    [TestCase(@"\w+|[[:punct:]]", "\ud835\udc9c\u0301b.", "\ud835\udc9c\u0301b|.")]
    public void Pattern_IsReadAsOnigurumaDoes(string pattern, string text, string pieces)
    {
        PatternMatches matches = TextPattern.FromOniguruma(pattern, "pattern").Matches(text);
        var found = new List<string>();
        int last = 0;
        while (matches.MoveNext())
        {
            if (matches.Start > last)
            {
                found.Add(text[last..matches.Start]);
            }

            found.Add(text[matches.Start..matches.End]);
            last = matches.End;
        }

        if (last < text.Length)
        {
            found.Add(text[last..]);
        }

        matches.Dispose();
        Assert.That(string.Join('|', found), Is.EqualTo(pieces));
    }

    // The time limit is far above what linear work takes and far below what quadratic work would.
    [Test, CancelAfter(60_000)]
    [Description("R24 bounded work on hostile input")]
    public void Encode_ReadsAMegabyteOfAnything([Values("bert", "roberta", "split", "unigram", "bytes")] string kind)
    {
        HuggingFaceTokenizer tokenizer = Read((kind switch
        {
            "bert" => TrainedTokenizers.Bert(lowercase: true),
            "roberta" => TrainedTokenizers.Roberta(),
            "split" => TrainedTokenizers.SplitPattern(),
            "unigram" => TrainedTokenizers.Deberta(),
            _ => TrainedTokenizers.ByteFallback(),
        }).ToJsonString());
        using var ids = new TokenBuffer();

        foreach (string part in (string[])["a", "ab ", " ", "\n", "'", "\u0301", "\ud83d\ude00", "\ud800", "[MASK", "9", "\u6f22", "e\u0301", "\u2581"])
        {
            ids.Clear();
            tokenizer.Encode(string.Concat(Enumerable.Repeat(part, 1_000_000 / part.Length)), ids);
            Assert.That(ids.Count, Is.LessThanOrEqualTo(4_000_000), part);
        }
    }

    [Test]
    public void Encode_AllocatesNextToNothingInSteadyUse([Values("bert", "roberta", "unigram")] string kind)
    {
        HuggingFaceTokenizer tokenizer = Read((kind switch
        {
            "bert" => TrainedTokenizers.Bert(lowercase: true),
            "roberta" => TrainedTokenizers.Roberta(),
            _ => TrainedTokenizers.Deberta(),
        }).ToJsonString());
        using var ids = new TokenBuffer(4096);
        for (int i = 0; i < 200; i++)
        {
            Encode();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Encode();
        }

        // Optimised code allocates nothing; what the runtime has not optimised yet boxes up to 192 bytes a call, whatever the text.
        Assert.That((GC.GetAllocatedBytesForCurrentThread() - before) / 1000, Is.LessThan(256));

        void Encode()
        {
            ids.Clear();
            tokenizer.Encode("The router asked the small model, and na\u00efve it wasn't: \u6f22\u5b57 2026.", ids);
        }
    }

    [Test]
    public void Encode_IsTheSameFromManyThreads()
    {
        HuggingFaceTokenizer tokenizer = Read(TrainedTokenizers.ModernBert().ToJsonString());
        string[] texts = [.. Corpus.Texts.Skip(400).Take(400)];
        int[][] expected = [.. texts.Select(t => Ids(tokenizer, t))];

        int[][] parallel = new int[texts.Length][];
        Parallel.For(0, texts.Length, i => parallel[i] = Ids(tokenizer, texts[i]));

        Assert.That(parallel, Is.EqualTo(expected));
    }

    private static HuggingFaceTokenizer Read(string json) => HuggingFaceTokenizer.FromJson(Encoding.UTF8.GetBytes(json));

    private static int[] Ids(HuggingFaceTokenizer tokenizer, string text)
    {
        using var ids = new TokenBuffer();
        tokenizer.Encode(text, ids);
        return ids.Written.ToArray();
    }
}
