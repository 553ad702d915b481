using LlmRouting.Classifiers;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Classifiers;

public sealed class HeuristicClassifierTests
{
    private static readonly HeuristicClassifier Classifier = new();

    [TestCase("hi")]
    [TestCase("thanks, bye")]
    [TestCase("what is my balance")]
    [TestCase("remind me to call Anna tomorrow")]
    [TestCase("Bitte kurz: wo ist der Bahnhof?")]
    public void Classify_CallsEverydayRequestsSimple(string text)
    {
        Classification result = Classify(text);

        Assert.That(result.Complexity, Is.LessThanOrEqualTo(0.3));
        Assert.That(result.Label, Is.EqualTo("simple"));
        Assert.That(result.Source, Is.EqualTo("heuristic"));
    }

    [TestCase("Prove step by step that the sum of two independent Poisson variables is Poisson, and explain why the proof fails without independence.")]
    [TestCase("Design a distributed rate limiter in C#. It must survive a node failure, must not use Redis, and should allow bursts of at most 50 requests. Then analyse the trade-offs.")]
    [TestCase("Analysiere die Vertragsklauseln Schritt für Schritt, vergleiche sie mit dem Gesetz und begründe, warum mindestens zwei davon unwirksam sind; entwirf anschließend eine bessere Fassung.")]
    public void Classify_CallsManifoldRequestsComplex(string text)
    {
        Classification result = Classify(text);

        Assert.That(result.Complexity, Is.GreaterThan(0.7));
        Assert.That(result.Label, Is.EqualTo("complex"));
    }

    [TestCase("Write a Python function that sorts a list", "code")]
    [TestCase("Solve the equation and find the derivative of the polynomial", "math")]
    [TestCase("Compare and evaluate both hypotheses", "analytical")]
    [TestCase("Extract the phone numbers from this text", "extraction")]
    [TestCase("Summarize this article", "summarization")]
    [TestCase("Translate this into English", "translation")]
    [TestCase("Compose a haiku, or a limerick", "creative")]
    [TestCase("hello", "smalltalk")]
    [TestCase("Where is the Eiffel tower?", "lookup")]
    [TestCase("请翻译这句话", "translation")]
    [TestCase("この文章を要約してください", "summarization")]
    [TestCase("Переведи это письмо", "translation")]
    [TestCase("green ideas", null)]
    public void Classify_NamesTheCategory(string text, string? expected) => Assert.That(Classify(text).Category, Is.EqualTo(expected));

    [TestCase("Summarize", "summarization")]
    [TestCase("summarising", "summarization")]
    [TestCase("SUMMARY", "summarization")]
    [TestCase("unsummarized", null)]
    public void Classify_MatchesStemsFromTheStartOfAWordIgnoringCase(string text, string? expected) =>
        Assert.That(Classify(text).Category, Is.EqualTo(expected));

    [Test]
    public void Classify_MatchesWordsWhereverTheyFallInABlock([Range(50, 70)] int padding) =>
        Assert.That(Classify(new string('.', padding) + " translation now").Category, Is.EqualTo("translation"));

    [TestCase("prove", 1)]
    [TestCase("approve", 0)]
    [TestCase("improved", 0)]
    [TestCase("in the style", 0)]
    [TestCase("in the style of", 1)]
    [TestCase("IN THE STYLE OF Bach", 1)]
    [TestCase("in the style often", 0)]
    public void Classify_MatchesWholeWordsAndPhrases(string text, int expected)
    {
        var settings = new HeuristicSettings
        {
            Dimensions = [new() { Name = "one", Weight = 1, Category = "found", Keywords = ["prove", "in the style of"] }],
        };

        Classification result = Classify(new HeuristicClassifier(settings), Request(text));

        Assert.That(result.Category, expected == 1 ? Is.EqualTo("found") : Is.Null);
    }

    [Test]
    public void Classify_TakesReplacedDimensions()
    {
        HeuristicSettings settings = HeuristicSettings.Default.With(
            new() { Name = "DOMAIN", Weight = 4, Category = "legal", Keywords = ["escrow", "voidable"] });

        Classification result = Classify(new HeuristicClassifier(settings), Request("Is the escrow voidable"));

        Assert.That(settings.Dimensions, Has.Length.EqualTo(HeuristicSettings.Default.Dimensions.Length));
        Assert.That(result.Category, Is.EqualTo("legal"));
        Assert.That(result.Complexity, Is.GreaterThan(Classify("Is the escrow voidable").Complexity));
    }

    [Test]
    public void Classify_RejectsSettingsThatCannotWork()
    {
        Assert.That(() => new HeuristicClassifier(new() { SimpleUpTo = 0.8 }), Throws.ArgumentException.With.Message.Contains("ascend"));
        Assert.That(() => Create("ab*"), Throws.ArgumentException.With.Message.Contains("'ab*'"));
        Assert.That(() => Create(" "), Throws.ArgumentException.With.Message.Contains("blank"));

        static HeuristicClassifier Create(string keyword) => new(new() { Dimensions = [new() { Name = "x", Weight = 1, Keywords = [keyword] }] });
    }

    [Test]
    public void Classify_IsSurerFarFromTheThresholds()
    {
        Classification easy = Classify("hi, thanks, what is my balance please");
        Classification middling = Classify("Write about the history of the town");

        Assert.That(middling.Complexity, Is.InRange(0.2, 0.8));
        Assert.That(easy.Confidence, Is.GreaterThan(middling.Confidence));
        Assert.That(easy.Confidence, Is.LessThanOrEqualTo(0.95));
    }

    [Test]
    public void Classify_IsSurerWithMoreEvidence()
    {
        var settings = new HeuristicSettings { Dimensions = [new() { Name = "neutral", Weight = 0, Keywords = ["alpha", "beta"] }] };
        var classifier = new HeuristicClassifier(settings);

        double none = Classify(classifier, Request("gamma delta")).Confidence;
        double two = Classify(classifier, Request("alpha beta")).Confidence;

        Assert.That(two, Is.GreaterThan(none));
    }

    [Test]
    public void Classify_HasNoConfidenceWithoutText()
    {
        var request = new RoutingRequest([new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])]);

        Assert.That(Classify(Classifier, request).Confidence, Is.Zero);
        Assert.That(Classify(Classifier, new RoutingRequest([])).Confidence, Is.Zero);
    }

    [TestCase("and that one?", true)]
    [TestCase("why?", true)]
    [TestCase("什么", true)]
    [TestCase("What is the boiling point of water at sea level?", false)]
    public void Classify_TellsFollowUpsFromNewQuestions(string text, bool expected)
    {
        ChatMessage[] messages = [new(ChatRole.User, "Name two rivers."), new(ChatRole.Assistant, "Elbe and Weser."), new(ChatRole.User, text)];

        Assert.That(Classify(Classifier, new RoutingRequest(messages)).RequiresContext, Is.EqualTo(expected));
        Assert.That(Classify(text).RequiresContext, Is.False, "nothing was said before");
    }

    [Test]
    public void Classify_IgnoresHarnessNoise_R23()
    {
        Classification clean = Classify("hello ");

        Classification noisy = Classify("hello <system-reminder>Prove the theorem step by step and refactor the code</system-reminder>");

        Assert.That(noisy, Is.EqualTo(clean));
    }

    [Test]
    public void Classify_ReadsOnlyHeadAndTailOfALongText()
    {
        string filler = string.Concat(Enumerable.Repeat("lorem ", 1000));

        Assert.That(Classify("Translate " + filler).Category, Is.EqualTo("translation"));
        Assert.That(Classify(filler + " translate").Category, Is.EqualTo("translation"));
        Assert.That(Classify(filler + " translate " + filler).Category, Is.Null);
    }

    [TestCase("\uD800\uDC00\uD800")]
    [TestCase("\0\0\0")]
    [TestCase("😀😀😀")]
    public void Classify_SurvivesHostileText(string text)
    {
        Classification result = Classify(text);

        Assert.That(result.Complexity, Is.InRange(0.0, 1.0));
        Assert.That(result.Confidence, Is.InRange(0.0, 1.0));
    }

    [Test]
    public void Classify_AllocatesTheClassificationAndNothingElse()
    {
        RoutingRequest request = Request("Explain step by step why 字 and слово differ, and write a function that counts them?");
        Measure();

        Assert.That(Measure(), Is.GreaterThan(0).And.LessThanOrEqualTo(80));

        long Measure()
        {
            const int calls = 1000;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < calls; i++)
            {
                ValueTask<Classification> result = Classifier.ClassifyAsync(request, CancellationToken.None);
                _ = result.IsCompletedSuccessfully ? result.Result : null;
            }

            return (GC.GetAllocatedBytesForCurrentThread() - before) / calls;
        }
    }

    [Test]
    public void Classify_GivesEveryThreadTheSameAnswer()
    {
        string[] texts = ["hi", "Prove the theorem step by step", "Translate this letter"];
        Classification[] expected = [.. texts.Select(Classify)];

        Parallel.For(0, 3000, i => Assert.That(Classify(texts[i % 3]), Is.EqualTo(expected[i % 3])));
    }

    private static RoutingRequest Request(string text) => new([new ChatMessage(ChatRole.User, text)]);

    private static Classification Classify(string text) => Classify(Classifier, Request(text));

    private static Classification Classify(HeuristicClassifier classifier, RoutingRequest request)
    {
        ValueTask<Classification> result = classifier.ClassifyAsync(request, CancellationToken.None);
        return result.IsCompletedSuccessfully ? result.Result : throw new AssertionException("The classifier answers at once.");
    }
}
