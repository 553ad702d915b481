using System.Text.Json.Nodes;
using LlmRouting.Onnx.Tests.Tokenization.Training;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Tests.Tokenization;

/// <summary>Compares every id of every text with @huggingface/tokenizers, for tokenizers of each kind that are trained here.</summary>
[TestFixture]
[Parallelizable(ParallelScope.None)]
internal sealed class ParityTests
{
    private static readonly (string Name, Func<JsonObject> Train, Func<string, string?> Excuse)[] Kinds =
    [
        ("bert-uncased", static () => TrainedTokenizers.Bert(lowercase: true), static t => ReferenceDeviations.Bert(t) ?? ReferenceDeviations.Sigma(t)),
        ("bert-cased", static () => TrainedTokenizers.Bert(lowercase: false), ReferenceDeviations.Bert),
        ("roberta", TrainedTokenizers.Roberta, ReferenceDeviations.ByteLevel),
        ("gpt2", static () => TrainedTokenizers.Gpt2(prefixSpace: false), ReferenceDeviations.ByteLevel),
        ("gpt2-prefix-space", static () => TrainedTokenizers.Gpt2(prefixSpace: true), ReferenceDeviations.ByteLevel),
        ("modernbert", TrainedTokenizers.ModernBert, ReferenceDeviations.ByteLevel),
        ("split-pattern", TrainedTokenizers.SplitPattern, static _ => null),
        ("byte-fallback", TrainedTokenizers.ByteFallback, static _ => null),
        ("deberta-v3", TrainedTokenizers.Deberta, ReferenceDeviations.Precompiled),
        ("xlm-roberta", TrainedTokenizers.XlmRoberta, ReferenceDeviations.Precompiled),
        .. PublishedLayouts.All.Select(static layout => (layout.Name, layout.Write, layout.Excuse)),
    ];

    private static IEnumerable<string> Names => Kinds.Select(static k => k.Name);

    [TestCaseSource(nameof(Names))]
    public void Encode_GivesTheIdsOfTheReference(string name)
    {
        (_, Func<JsonObject> train, Func<string, string?> excuse) = Array.Find(Kinds, k => k.Name == name);
        string json = train().ToJsonString();
        HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.FromJson(System.Text.Encoding.UTF8.GetBytes(json));
        IReadOnlyList<string> texts = Corpus.Texts;

        // The original takes well-formed text only; the reference knows nothing of that where a character map is concerned.
        bool isMapped = json.Contains("precompiled_charsmap", StringComparison.Ordinal);
        int[][] expected = ReferenceTokenizer.Encode(json, isMapped ? [.. texts.Select(WellFormed)] : texts);

        var encoder = new TokenEncoder(tokenizer, new TokenEncoderSettings { MaxTokens = 1_000_000, MaxCharacters = 1_000_000 });
        var different = new List<string>();
        var excused = new Dictionary<string, int>();
        int compared = 0;
        for (int i = 0; i < texts.Count; i++)
        {
            if (excuse(WellFormed(texts[i])) is { } reason)
            {
                excused[reason] = excused.GetValueOrDefault(reason) + 1;
                continue;
            }

            compared++;
            using EncodedText encoded = encoder.Encode(texts[i]);
            if (!encoded.Ids.SequenceEqual(expected[i]))
            {
                different.Add($"{Show(texts[i])}\n  is  {string.Join(' ', encoded.Ids.ToArray().Take(60))}\n  not {string.Join(' ', expected[i].Take(60))}");
            }
        }

        TestContext.Out.WriteLine($"{name}: {compared} of {texts.Count} texts compared, {different.Count} different");
        foreach ((string reason, int count) in excused)
        {
            TestContext.Out.WriteLine($"  {count} left out: {reason}");
        }

        Assert.Multiple(() =>
        {
            Assert.That(different, Is.Empty, string.Join('\n', different.Take(12)));
            Assert.That(compared, Is.GreaterThanOrEqualTo(5000), "Too much is left out.");
        });
    }

    private static string WellFormed(string text) => string.Concat(text.EnumerateRunes());

    private static string Show(string text) => string.Concat(text.Take(160).Select(static c => c is >= ' ' and < '\x7f' ? c.ToString() : $"\\u{(int)c:x4}"));
}
