using System.Text.Json;
using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests;

public sealed class FeatureExtractorTests
{
    private static readonly FeatureExtractor Extractor = FeatureExtractor.Default;

    [Test]
    public void Extract_CountsMessagesTurnsAndLengths()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, "Be brief."),
            new(ChatRole.User, "Hello there"),
            new(ChatRole.Assistant, "Hi."),
            new(ChatRole.User, "How are you?"),
        ];

        RequestFeatures features = Extractor.Extract(messages, null);

        Assert.That(features.Messages, Is.EqualTo(4));
        Assert.That(features.UserTurns, Is.EqualTo(2));
        Assert.That(features.TextLength, Is.EqualTo(9 + 11 + 3 + 12));
        Assert.That(features.LastUserTextLength, Is.EqualTo(12));
        Assert.That(features.MaxOutputTokens, Is.Null);
    }

    [Test]
    public void Extract_ReadsTheLastUserMessageEvenWhenAnAssistantMessageFollows()
    {
        ChatMessage[] messages = [new(ChatRole.User, "one two three"), new(ChatRole.Assistant, "four five six seven")];

        Assert.That(Extractor.Extract(messages, null).Words, Is.EqualTo(3));
    }

    [TestCase("It's a dog's life", 4)]
    [TestCase("one,two;three", 3)]
    [TestCase("", 0)]
    [TestCase("x1 is 25", 3)]
    [TestCase("Привет, мир", 2)]
    [TestCase("你好世界", 2)]
    [TestCase("naïve café", 2)]
    [TestCase("🎉 🎉", 0)]
    public void Extract_CountsWords(string text, int expected) => Assert.That(Extract(text).Words, Is.EqualTo(expected));

    [Test]
    public void Extract_CountsTheSameWordsWhereverTheyFallInABlock([Range(50, 70)] int padding)
    {
        string text = new string(' ', padding) + "because Anna's cat left.";

        RequestFeatures features = Extract(text);

        Assert.That(features.Words, Is.EqualTo(4));
        Assert.That(features.Sentences, Is.EqualTo(1));
        Assert.That(features.ClauseDepth, Is.EqualTo(1));
        Assert.That(features.EntityDensity, Is.EqualTo(0.25));
    }

    [TestCase("Why? Who?", 2)]
    [TestCase("Really???", 1)]
    [TestCase("Call a?b:c now", 0)]
    [TestCase("他是谁？为什么？", 2)]
    [TestCase("لماذا؟", 1)]
    [TestCase("He asked \"why?\" twice", 1)]
    public void Extract_CountsQuestionsOfAnyScript(string text, int expected) => Assert.That(Extract(text).Questions, Is.EqualTo(expected));

    [TestCase("One. Two! Three", 3)]
    [TestCase("Pi is 3.14 and a.b is a field", 1)]
    [TestCase("请总结。谢谢。", 2)]
    [TestCase("", 0)]
    public void Extract_CountsSentences(string text, int expected) => Assert.That(Extract(text).Sentences, Is.EqualTo(expected));

    [TestCase("It costs $1,234.50 or 12%", 2)]
    [TestCase("utf8 and x1 are names", 0)]
    [TestCase("3 + 4 = 7", 3)]
    [TestCase("due on 2026-11-22", 0)]
    public void Extract_CountsNumericExpressionsOutsideNamesAndDates(string text, int expected) =>
        Assert.That(Extract(text).NumericExpressions, Is.EqualTo(expected));

    [TestCase("due on 2026-11-22", 1)]
    [TestCase("from 22/11/2026 to 23.11.26", 2)]
    [TestCase("at 10:30", 1)]
    [TestCase("tomorrow or on Monday", 2)]
    [TestCase("you may march on", 0)]
    [TestCase("we meet in May", 1)]
    [TestCase("сегодня и завтра", 2)]
    [TestCase("2026年11月22日开会", 1)]
    [TestCase("host 10.0.0.1 and ratio 3/4", 0)]
    public void Extract_CountsDateExpressions(string text, int expected) => Assert.That(Extract(text).DateExpressions, Is.EqualTo(expected));

    [TestCase("I met Anna Petrova in Hamburg", 3.0 / 6)]
    [TestCase("Nothing here. This starts a sentence", 0)]
    [TestCase("So I said I'm here", 0)]
    public void Extract_MeasuresEntityDensityWithoutSentenceStarts(string text, double expected) =>
        Assert.That(Extract(text).EntityDensity, Is.EqualTo(expected).Within(1e-9));

    [Test]
    public void Extract_MeasuresClauseDepthPerSentence()
    {
        Assert.That(Extract("Send it.").ClauseDepth, Is.Zero);
        Assert.That(Extract("Send it, because the man who asked (twice) waits.").ClauseDepth, Is.EqualTo(4));
        Assert.That(Extract("Go if you can. Stay if not.").ClauseDepth, Is.EqualTo(1));
    }

    [TestCase("plain words", TextScript.Latin)]
    [TestCase("быстрая лиса", TextScript.Cyrillic)]
    [TestCase("γρήγορη αλεπού", TextScript.Greek)]
    [TestCase("ثعلب سريع", TextScript.Arabic)]
    [TestCase("שועל מהיר", TextScript.Hebrew)]
    [TestCase("तेज़ लोमड़ी", TextScript.Indic)]
    [TestCase("สุนัขจิ้งจอก", TextScript.SoutheastAsian)]
    [TestCase("敏捷的狐狸", TextScript.Han)]
    [TestCase("𠀀𠀁𠀂", TextScript.Han)]
    [TestCase("素早い狐がいる", TextScript.Kana)]
    [TestCase("빠른 여우", TextScript.Hangul)]
    [TestCase("სწრაფი მელა", TextScript.Other)]
    [TestCase("123 !!! 🎉", TextScript.None)]
    public void Extract_NamesTheScript(string text, TextScript expected) => Assert.That(Extract(text).Script, Is.EqualTo(expected));

    [Test]
    public void Extract_MeasuresTheMixOfScripts()
    {
        Assert.That(Extract("only one").ScriptMix, Is.Zero);
        Assert.That(Extract("abc где").ScriptMix, Is.EqualTo(0.5));
    }

    [TestCase("Fix this:\n```\nx = 1\n```")]
    [TestCase("for (int i = 0; i < n; i++) {\n    sum += i;\n}")]
    [TestCase("def f(x):\n    return x + 1\n")]
    public void Extract_FindsCode(string text)
    {
        RequestFeatures features = Extract(text);

        Assert.That(features.HasCode, Is.True);
        Assert.That(features.CodeRatio, Is.GreaterThan(0).And.LessThanOrEqualTo(1));
    }

    [TestCase("Please write a letter.\nIt should be short;\nand kind.")]
    [TestCase("What is the capital of France?")]
    [TestCase("import taxes, return tickets and public transport\nfor families")]
    public void Extract_TakesProseForProse(string text)
    {
        RequestFeatures features = Extract(text);

        Assert.That(features.HasCode, Is.False);
        Assert.That(features.CodeRatio, Is.Zero);
    }

    [TestCase("user", true)]
    [TestCase("assistant", false)]
    public void Extract_LooksForCodeInOlderUserMessagesOnly(string role, bool expected)
    {
        ChatMessage[] messages = [new(new ChatRole(role), "```\nx\n```"), new(ChatRole.User, "Explain that")];

        RequestFeatures features = Extractor.Extract(messages, null);

        Assert.That(features.HasCode, Is.EqualTo(expected));
        Assert.That(features.CodeRatio, Is.Zero);
    }

    [Test]
    public void Extract_IgnoresSystemReminderBlocks_R23(
        [Values("system-reminder", "environment_details", "environment_context", "local-command-stdout", "local-command-caveat")] string tag)
    {
        string noise = $"<{tag}>Is it Monday? Because `2026-11-22` says so, Anna. Больше!</{tag}>";
        RequestFeatures clean = Extract("Say hello. ");

        RequestFeatures features = Extract(noise + "Say hello. " + noise);

        Assert.That(features.Questions, Is.Zero);
        Assert.That(features.Words, Is.EqualTo(2));
        Assert.That(features.LastUserTextLength, Is.EqualTo(clean.LastUserTextLength));
        Assert.That(features.Script, Is.EqualTo(TextScript.Latin));
        Assert.That(features.ScriptMix, Is.Zero);
        Assert.That(features.EstimatedInputTokens, Is.GreaterThan(clean.EstimatedInputTokens + 20));
    }

    [Test]
    public void Extract_TakesAnUnclosedReminderForText_R23()
    {
        Assert.That(Extract("one two <system-reminder> three four").Words, Is.EqualTo(6));
        Assert.That(Extract("<system-reminder>a</system-reminder> one <system-reminder> two").Words, Is.EqualTo(4));
    }

    [Test]
    public void Extract_GoesBackToTheLastMessageThatTheUserWrote_R23()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, "Why is the sky blue?"),
            new(ChatRole.Assistant, "Let me think."),
            new(ChatRole.User, " <system-reminder>Keep the list of tasks up to date</system-reminder> "),
        ];

        Assert.That(Extractor.Extract(messages, null).Questions, Is.EqualTo(1));
    }

    [Test]
    public void Extract_CountsContentsByMediaType()
    {
        ChatMessage message = new(ChatRole.User,
        [
            new TextContent("Look"),
            new DataContent(new byte[] { 1 }, "image/png"),
            new UriContent("https://example.com/a.jpg", "image/jpeg"),
            new DataContent(new byte[] { 1 }, "audio/wav"),
            new DataContent(new byte[] { 1 }, "application/pdf"),
            new HostedFileContent("file-1"),
        ]);

        RequestFeatures features = Extractor.Extract([message], null);

        Assert.That(features.Images, Is.EqualTo(2));
        Assert.That(features.AudioClips, Is.EqualTo(1));
        Assert.That(features.Documents, Is.EqualTo(2));
        Assert.That(features.RequiredCapabilities, Is.EqualTo(ModelCapabilities.Vision | ModelCapabilities.Audio | ModelCapabilities.Documents));
        Assert.That(features.EstimatedInputTokens, Is.InRange((2 * 765) + 960 + 6000, (2 * 765) + 960 + 6000 + 20));
    }

    [Test]
    public void Extract_DerivesCapabilitiesFromOptions()
    {
        AITool tool = CreateTool();
        JsonElement schema = JsonElement.Parse("""{"type":"object"}""");

        Assert.That(Capabilities(null), Is.EqualTo(ModelCapabilities.None));
        Assert.That(Capabilities(new()), Is.EqualTo(ModelCapabilities.None));
        Assert.That(Capabilities(new() { Tools = [] }), Is.EqualTo(ModelCapabilities.None));
        Assert.That(Capabilities(new() { Tools = [tool] }), Is.EqualTo(ModelCapabilities.Tools));
        Assert.That(Capabilities(new() { Tools = [tool], ToolMode = ChatToolMode.None }), Is.EqualTo(ModelCapabilities.None));
        Assert.That(Capabilities(new() { ResponseFormat = ChatResponseFormat.Text }), Is.EqualTo(ModelCapabilities.None));
        Assert.That(Capabilities(new() { ResponseFormat = ChatResponseFormat.Json }), Is.EqualTo(ModelCapabilities.Json));
        Assert.That(Capabilities(new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) }), Is.EqualTo(ModelCapabilities.JsonSchema));
        Assert.That(Capabilities(new() { Reasoning = new() { Effort = ReasoningEffort.High } }), Is.EqualTo(ModelCapabilities.Reasoning));
        Assert.That(Capabilities(new() { Reasoning = new() { Effort = ReasoningEffort.None } }), Is.EqualTo(ModelCapabilities.None));
        Assert.That(Capabilities(new() { Reasoning = new() }), Is.EqualTo(ModelCapabilities.None));
    }

    [Test]
    public void Extract_CountsToolsSchemaAndInstructionsAsTokens_R21()
    {
        ChatMessage[] messages = [new(ChatRole.User, "Hi")];
        int plain = Extractor.Extract(messages, null).EstimatedInputTokens;
        JsonElement schema = JsonElement.Parse("""{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}}}""");

        RequestFeatures tools = Extractor.Extract(messages, new() { Tools = [CreateTool(), CreateTool()] });
        RequestFeatures format = Extractor.Extract(messages, new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema) });
        RequestFeatures instructions = Extractor.Extract(messages, new() { Instructions = "Answer in one short sentence.", MaxOutputTokens = 50 });

        Assert.That(tools.Tools, Is.EqualTo(2));
        Assert.That(tools.EstimatedInputTokens - plain, Is.InRange(50, 130));
        Assert.That(format.Format, Is.EqualTo(RequestedFormat.JsonSchema));
        Assert.That(format.EstimatedInputTokens - plain, Is.InRange(15, 40));
        Assert.That(instructions.EstimatedInputTokens - plain, Is.InRange(5, 9));
        Assert.That(instructions.MaxOutputTokens, Is.EqualTo(50));
    }

    [Test]
    public void Extract_RecognisesAToolContinuation()
    {
        ChatMessage question = new(ChatRole.User, "Weather?");
        ChatMessage call = new(ChatRole.Assistant, [new FunctionCallContent("1", "get_weather", new Dictionary<string, object?> { ["city"] = "Kiel" })]);
        ChatMessage result = new(ChatRole.Tool, [new FunctionResultContent("1", "cloudy")]);
        ChatMessage resultFromUser = new(ChatRole.User, [new FunctionResultContent("1", "cloudy")]);

        Assert.That(Extractor.Extract([question, call, result], null).IsToolContinuation, Is.True);
        Assert.That(Extractor.Extract([question, call, resultFromUser], null).IsToolContinuation, Is.True);
        Assert.That(Extractor.Extract([question, call, resultFromUser], null).UserTurns, Is.EqualTo(1));
        Assert.That(Extractor.Extract([question, call, result, new(ChatRole.Assistant, "Cloudy.")], null).IsToolContinuation, Is.False);
        Assert.That(Extractor.Extract([question, call, result, new(ChatRole.User, "And tomorrow?")], null).IsToolContinuation, Is.False);
    }

    [Test]
    public void Extract_CountsCallsAndResultsOfAnyKindBoundedly()
    {
        int Tokens(object? result) => Extractor.Extract([new(ChatRole.Tool, [new FunctionResultContent("1", result)])], null).EstimatedInputTokens;
        string text = string.Concat(Enumerable.Repeat("word ", 1000));

        Assert.That(Tokens(text), Is.InRange(800, 1200));
        Assert.That(Tokens(JsonElement.Parse($"[\"{text}\"]")), Is.InRange(800, 1200));
        Assert.That(Tokens(new List<string> { text, text }), Is.InRange(1600, 2400));
        Assert.That(Tokens(Enumerable.Repeat(1, int.MaxValue)), Is.LessThan(100), "what has no count is not enumerated");
        Assert.That(Tokens(null), Is.LessThan(20));
        Assert.That(Tokens(new List<int>(new int[100_000])), Is.GreaterThan(100_000));
    }

    [Test]
    public void Extract_UsesTheGivenTokenCounter()
    {
        var extractor = new FeatureExtractor(new OneTokenPerCharacter());
        ChatMessage[] messages = [new(ChatRole.System, "1234567890"), new(ChatRole.User, "12345")];

        Assert.That(extractor.Extract(messages, new() { Instructions = "123" }).EstimatedInputTokens, Is.EqualTo(18 + 3 + (2 * 3)));
    }

    [Test]
    public void Extract_SamplesAMegabyteAndExtrapolates_R21()
    {
        var counter = new OneTokenPerCharacter();
        string text = string.Concat(Enumerable.Repeat("Every sentence has five words. ", 35_000));
        ChatMessage[] messages = [new(ChatRole.User, text)];

        RequestFeatures features = new FeatureExtractor(counter).Extract(messages, null);

        Assert.That(features.IsSampled, Is.True);
        Assert.That(counter.Seen, Is.LessThanOrEqualTo(TokenEstimator.MaxScannedCharacters));
        Assert.That(features.Words, Is.EqualTo(5 * 35_000).Within(2).Percent);
        Assert.That(features.Sentences, Is.EqualTo(35_000).Within(4).Percent);
        Assert.That(features.EstimatedInputTokens, Is.EqualTo(text.Length).Within(1).Percent);
    }

    [Test]
    public void Extract_ReadsTheLastMessageWholeUnderALongHistory_R21()
    {
        List<ChatMessage> messages = [];
        for (int i = 0; i < 5000; i++)
        {
            messages.Add(new(ChatRole.Assistant, "An earlier answer that is about as long as a paragraph would be in a usual conversation, more or less."));
        }

        messages.Add(new(ChatRole.User, "Why? And since when?"));

        RequestFeatures features = Extractor.Extract(messages, null);

        Assert.That(features.IsSampled, Is.True);
        Assert.That(features.Words, Is.EqualTo(4));
        Assert.That(features.Questions, Is.EqualTo(2));
        Assert.That(features.EstimatedInputTokens, Is.InRange(5000 * 20, 5000 * 30));
    }

    [Test]
    public void Extract_DoesNotSampleShortTexts() => Assert.That(Extract(new string('a', TokenEstimator.MaxScannedCharacters)).IsSampled, Is.False);

    [TestCaseSource(nameof(HostileTexts))]
    public void Extract_SurvivesHostileText(string text)
    {
        RequestFeatures first = Extract(text);
        RequestFeatures second = Extract(text);

        Assert.That(first, Is.EqualTo(second), "extraction is deterministic");
        Assert.That(first.EstimatedInputTokens, Is.GreaterThanOrEqualTo(0));
        Assert.That(first.Words, Is.GreaterThanOrEqualTo(0));
        Assert.That(first.NumericExpressions, Is.GreaterThanOrEqualTo(0));
        Assert.That(first.CodeRatio, Is.InRange(0.0, 1.0));
        Assert.That(first.EntityDensity, Is.InRange(0.0, 1.0));
        Assert.That(first.ScriptMix, Is.InRange(0.0, 1.0));
    }

    [Test]
    public void Extract_ToleratesMissingTextsAndContents()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.User, (string?)null),
            new(ChatRole.User, new List<AIContent>()),
            new(ChatRole.User, [new TextContent(null), new TextReasoningContent(null), new FunctionCallContent("1", "f"), new UsageContent()]),
        ];

        Assert.That(Extractor.Extract(messages, new()).Words, Is.Zero);
        Assert.That(Extractor.Extract([], null), Is.EqualTo(new RequestFeatures()));
        Assert.That(() => Extractor.Extract(null!, null), Throws.ArgumentNullException);
    }

    [Test]
    public void Extract_AllocatesTheFeaturesAndNothingElse()
    {
        ChatMessage[] messages =
        [
            new(ChatRole.System, "Be brief."),
            new(ChatRole.User, [new TextContent("Compare these: "), new TextContent("``` x ``` <system-reminder>n</system-reminder> слово 字 🎉 2026-11-22")]),
        ];
        var options = new ChatOptions { Tools = [CreateTool()], Instructions = "Short.", ResponseFormat = ChatResponseFormat.Json };
        Measure();

        long perCall = Measure();

        Assert.That(perCall, Is.GreaterThan(0).And.LessThanOrEqualTo(160));

        long Measure()
        {
            const int calls = 1000;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < calls; i++)
            {
                Extractor.Extract(messages, options);
            }

            return (GC.GetAllocatedBytesForCurrentThread() - before) / calls;
        }
    }

    private static IEnumerable<TestCaseData> HostileTexts()
    {
        yield return new TestCaseData(new string('a', 1_000_000)).SetArgDisplayNames("one long word");
        yield return new TestCaseData(new string('\n', 1_000_000)).SetArgDisplayNames("line ends");
        yield return new TestCaseData(new string('\0', 10_000)).SetArgDisplayNames("null characters");
        yield return new TestCaseData(new string('\uD800', 1000)).SetArgDisplayNames("lone high surrogates");
        yield return new TestCaseData(new string('\uDC00', 1000)).SetArgDisplayNames("lone low surrogates");
        yield return new TestCaseData("\uD800").SetArgDisplayNames("one surrogate at the end");
        yield return new TestCaseData(string.Concat(Enumerable.Repeat("😀", 5000))).SetArgDisplayNames("only emoji");
        yield return new TestCaseData(string.Concat(Enumerable.Repeat("<system-reminder>", 50_000))).SetArgDisplayNames("opened reminders");
        yield return new TestCaseData(string.Concat(Enumerable.Repeat("<system-reminder></system-reminder>", 30_000))).SetArgDisplayNames("empty reminders");
        yield return new TestCaseData(string.Concat(Enumerable.Repeat("1-1-", 20_000))).SetArgDisplayNames("digits and dashes");
        yield return new TestCaseData(string.Concat(Enumerable.Repeat("2年", 500))).SetArgDisplayNames("years");
        yield return new TestCaseData(new string('`', 10_000)).SetArgDisplayNames("backticks");
        yield return new TestCaseData(new string('?', 10_000)).SetArgDisplayNames("question marks");
    }

    private static RequestFeatures Extract(string text) => Extractor.Extract([new ChatMessage(ChatRole.User, text)], null);

    private static ModelCapabilities Capabilities(ChatOptions? options) => Extractor.Extract([new(ChatRole.User, "Hi")], options).RequiredCapabilities;

    private static AIFunctionDeclaration CreateTool() => AIFunctionFactory.CreateDeclaration(
        "get_weather",
        "Gets the weather of a city on a day.",
        JsonElement.Parse("""{"type":"object","properties":{"city":{"type":"string"},"day":{"type":"string"}},"required":["city"]}"""));

    private sealed class OneTokenPerCharacter : ITokenCounter
    {
        public int Seen { get; private set; }

        public int CountTokens(ReadOnlySpan<char> text)
        {
            Seen += text.Length;
            return text.Length;
        }
    }
}
