using System.Text.Json;
using LlmRouting.Validation;

namespace LlmRouting.Core.Tests.Validation;

public sealed class JsonExtractorTests
{
    private const string Fence = "```";

    // Answers as models give them: plain, fenced, chatty, thinking aloud, sloppy, cut off.
    private static readonly (string Text, JsonExtractionKind Kind, string? Json)[] Corpus =
    [
        ("{\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("  {\"a\":1}\n", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("\uFEFF{\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("{}", JsonExtractionKind.Clean, "{}"),
        ("[]", JsonExtractionKind.Clean, "[]"),
        ("[1, 2, 3]", JsonExtractionKind.Clean, "[1, 2, 3]"),
        ("[{\"a\":1},{\"a\":2}]", JsonExtractionKind.Clean, "[{\"a\":1},{\"a\":2}]"),
        ("42", JsonExtractionKind.Clean, "42"),
        ("-1.5e3", JsonExtractionKind.Clean, "-1.5e3"),
        ("\"text\"", JsonExtractionKind.Clean, "\"text\""),
        ("true", JsonExtractionKind.Clean, "true"),
        ("null\n", JsonExtractionKind.Clean, "null"),
        ("{ \"city\": \"Z\u00fcrich\", \"emoji\": \"\ud83d\ude00\" }", JsonExtractionKind.Clean, "{ \"city\": \"Z\u00fcrich\", \"emoji\": \"\ud83d\ude00\" }"),
        ("{\"a\":\"\\ud83d\\ude00\"}", JsonExtractionKind.Clean, "{\"a\":\"\\ud83d\\ude00\"}"),
        ($"{Fence}json\n{{\"a\":1}}\n{Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"{Fence}JSON\r\n{{\"a\":1}}\r\n{Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"{Fence}\n{{\"a\":1}}\n{Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"{Fence}json {{\"a\":1}} {Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"{Fence}json{{\"a\":1}}{Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"{Fence}{{\"a\":1}}{Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"{Fence}json\n{{\"a\":1}}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"{Fence}json\n42\n{Fence}", JsonExtractionKind.Clean, "42"),
        ($"{Fence}jsonc\n{{\n  // the answer\n  \"a\": 1\n}}\n{Fence}", JsonExtractionKind.Repaired, "{\n  \n  \"a\": 1\n}"),
        ($"{Fence}json\n// the answer\n{{\"a\":1}}\n{Fence}", JsonExtractionKind.Repaired, "{\"a\":1}"),
        ($"Here is the JSON you asked for:\n\n{Fence}json\n{{\"a\":1}}\n{Fence}\n\nLet me know if you need more.", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"The shape is like {{\"a\": 0}}, so:\n{Fence}json\n{{\"a\":1}}\n{Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"First the code:\n{Fence}python\nx = {{\"a\": 0}}\n{Fence}\nand then the answer:\n{Fence}json\n{{\"a\":1}}\n{Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"1. Done:\n   {Fence}json\n   {{\"a\":1}}\n   {Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("Sure! {\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("Sure! {\"a\":1} Hope this helps {smile}.", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("The answer, as JSON: [\"x\", \"y\"].", JsonExtractionKind.Clean, "[\"x\", \"y\"]"),
        ("According to [1] and [2], the answer is {\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("Hello {name}, here: {\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("See [the manual](http://x/y). {\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("The list is [1, 2, 3].", JsonExtractionKind.Clean, "[1, 2, 3]"),
        ("{\"a\":1}{\"a\":2}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("{\"a\":1}\n{\"a\":2}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("{\"a\":1}\n\nExplanation: the value is 1.", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("{\"a\":1}\n```", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("<think>Maybe {\"a\":0}?</think>\n{\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ($"<think>Maybe\n{Fence}json\n{{\"a\":0}}\n{Fence}\n</think>\n\n{Fence}json\n{{\"a\":1}}\n{Fence}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("<thinking>hm</thinking>{\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("<reasoning>hm</reasoning>\nThe answer is {\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("<answer>{\"a\":1}</answer>", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("json\n{\"a\":1}", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("Answer: `{\"a\":1}`", JsonExtractionKind.Clean, "{\"a\":1}"),
        ("**Result:** {\"a\":{\"b\":[1,{\"c\":\"}\"}]}}", JsonExtractionKind.Clean, "{\"a\":{\"b\":[1,{\"c\":\"}\"}]}}"),
        ("{\"a\":\"text with ``` in it\"}", JsonExtractionKind.Clean, "{\"a\":\"text with ``` in it\"}"),
        ("{\"a\":\"// no comment\"}", JsonExtractionKind.Clean, "{\"a\":\"// no comment\"}"),
        ("{\"a\":1,}", JsonExtractionKind.Repaired, "{\"a\":1}"),
        ("{\"a\":[1,2,],}", JsonExtractionKind.Repaired, "{\"a\":[1,2]}"),
        ("[1,2,\n]", JsonExtractionKind.Repaired, "[1,2\n]"),
        ("{\"a\":1, // one\n\"b\":2}", JsonExtractionKind.Repaired, "{\"a\":1, \n\"b\":2}"),
        ("{\"a\":1, /* two */ \"b\":2 /* end */}", JsonExtractionKind.Repaired, "{\"a\":1,  \"b\":2 }"),
        ("{\"a\":\"two\nlines\"}", JsonExtractionKind.Repaired, "{\"a\":\"two\\nlines\"}"),
        ("{\"a\":\"a\ttab\",}", JsonExtractionKind.Repaired, "{\"a\":\"a\\ttab\"}"),
        ("{\"a\":\"\u0001\"}", JsonExtractionKind.Repaired, "{\"a\":\"\\u0001\"}"),
        ("Sure: {\"a\":1,}", JsonExtractionKind.Repaired, "{\"a\":1}"),
        ("{ // first\n\"a\":1}", JsonExtractionKind.Repaired, "{ \n\"a\":1}"),
        ("{\"a\":\"\ud800\"}", JsonExtractionKind.Repaired, "{\"a\":\"\ufffd\"}"),
        ("", JsonExtractionKind.None, null),
        ("   \n", JsonExtractionKind.None, null),
        ("I am sorry, I cannot do that.", JsonExtractionKind.None, null),
        ("42 is the answer", JsonExtractionKind.None, null),
        ("true, that is right", JsonExtractionKind.None, null),
        ("{'a': 1}", JsonExtractionKind.None, null),
        ("{'a': {\"b\":1}}", JsonExtractionKind.None, null),
        ("{a: 1}", JsonExtractionKind.None, null),
        ("{\"a\":1", JsonExtractionKind.None, null),
        ("{\"a\":{\"b\":1}", JsonExtractionKind.None, null),
        ("{\"a\":\"unfinished", JsonExtractionKind.None, null),
        ("{\"a\":undefined,\"b\":{\"c\":1}}", JsonExtractionKind.None, null),
        ("{\"a\":NaN}", JsonExtractionKind.None, null),
        ("{\"a\":True}", JsonExtractionKind.None, null),
        ("{\"a\":1,,\"b\":2}", JsonExtractionKind.None, null),
        ("{,\"a\":1}", JsonExtractionKind.None, null),
        ("[,]", JsonExtractionKind.None, null),
        ("[1,,]", JsonExtractionKind.None, null),
        ("{\"a\":,}", JsonExtractionKind.None, null),
        ("{\"a\":01}", JsonExtractionKind.None, null),
        ("{\"a\":\"\\x41\"}", JsonExtractionKind.None, null),
        ("{\"a\":\"\\\nb\"}", JsonExtractionKind.None, null),
        ("{\"a\":1 /* open", JsonExtractionKind.None, null),
        ("{\"a\":1]", JsonExtractionKind.None, null),
        ($"{Fence}json\nnothing\n{Fence}\n{{\"a\":1}}", JsonExtractionKind.None, null),
        ("<think>never closed {\"a\":1}", JsonExtractionKind.None, null),
        ("{", JsonExtractionKind.None, null),
        ($"{Fence}json", JsonExtractionKind.None, null),
        (Fence, JsonExtractionKind.None, null),
    ];

    [TestCaseSource(nameof(CorpusCases))]
    public void Extract_FindsTheAnswersOwnValue(string text, JsonExtractionKind kind, string? json)
    {
        JsonExtraction found = JsonExtractor.Extract(text);

        Assert.That((found.Kind, found.Json), Is.EqualTo((kind, json)));
    }

    [TestCaseSource(nameof(CorpusCases))]
    public void Extract_WithoutRepair_TakesOnlyCleanSyntax(string text, JsonExtractionKind kind, string? json)
    {
        JsonExtraction found = JsonExtractor.Extract(text, mayRepair: false);

        Assert.That(found.Json, Is.EqualTo(kind == JsonExtractionKind.Clean ? json : null));
    }

    [TestCaseSource(nameof(CorpusCases))]
    public void Extract_GivesWellFormedJsonOnly(string text, JsonExtractionKind kind, string? json)
    {
        JsonExtraction found = JsonExtractor.Extract(text);

        if (found.Json is not null)
        {
            Assert.DoesNotThrow(() => JsonDocument.Parse(found.Json).Dispose());
            Assert.DoesNotThrow(() => JsonDocument.Parse(found.Utf8).Dispose());
        }
    }

    [TestCaseSource(nameof(CorpusCases))]
    public void EarlyCheck_NeverTurnsDownWhatTheExtractionTakes(string text, JsonExtractionKind kind, string? json)
    {
        JsonExtraction found = JsonExtractor.Extract(text);
        JsonExtraction strict = JsonExtractor.Extract(text, mayRepair: false);

        foreach (int size in new[] { 1, 2, 3, 7, 1000 })
        {
            (string? reason, _) = new JsonStreamInspection(null, mayRepair: true).Feed(text, size);
            (string? strictReason, _) = new JsonStreamInspection(null, mayRepair: false).Feed(text, size);

            Assert.That(reason is null || found.Json is null, Is.True, $"{reason} at size {size}");
            Assert.That(strictReason is null || strict.Json is null, Is.True, $"{strictReason} at size {size}, strictly");
        }
    }

    [Test]
    public void Extract_TakesHostileTextInItsStride()
    {
        string[] hostile =
        [
            new('{', 1_000_000),
            new('[', 1_000_000),
            string.Concat(Enumerable.Repeat("{\"a\":", 200_000)),
            string.Concat(Enumerable.Repeat("[1,]", 250_000)),
            "[" + string.Concat(Enumerable.Repeat("[1,],", 200_000)) + "]",
            string.Concat(Enumerable.Repeat("```\n", 250_000)),
            string.Concat(Enumerable.Repeat("{x} [y] ", 125_000)),
            "{\"a\":\"" + new string('\n', 1_000_000) + "\"}",
            "{\"a\":" + new string('/', 1_000_000) + "}",
            new('\ud800', 1_000_000),
            "<think>" + new string('<', 1_000_000),
        ];

        foreach (string text in hostile)
        {
            Assert.DoesNotThrow(() => JsonExtractor.Extract(text));
            Assert.DoesNotThrow(() => new JsonStreamInspection(null, mayRepair: true).Feed(text, 100));
        }
    }

    [TestCase(128, true)]
    [TestCase(129, false)]
    public void Extract_BoundsTheDepth(int depth, bool isTaken)
    {
        string text = new string('[', depth) + new string(']', depth);

        Assert.That(JsonExtractor.Extract(text).Kind == JsonExtractionKind.Clean, Is.EqualTo(isTaken));
        Assert.That(new JsonStreamInspection(null, mayRepair: true).Feed(text).Reason is null, Is.EqualTo(isTaken));
    }

    [Test]
    public void Corpus_HoldsSixtyAnswersAtLeast() => Assert.That(Corpus, Has.Length.GreaterThanOrEqualTo(60));

    private static IEnumerable<object?[]> CorpusCases() => Corpus.Select(static one => new object?[] { one.Text, one.Kind, one.Json });
}
