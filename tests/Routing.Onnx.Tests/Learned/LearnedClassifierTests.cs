using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Training;

namespace LlmRouting.Onnx.Tests.Learned;

public sealed class LearnedClassifierTests
{
    [Test]
    public async Task Classify_TellsComplexFromSimple()
    {
        var classifier = new LearnedClassifier(Learnt.Complexity.Value);

        Classification hard = await classifier.ClassifyAsync(Learnt.Ask(Learnt.HardText), CancellationToken.None);
        Classification easy = await classifier.ClassifyAsync(Learnt.Ask(Learnt.EasyText), CancellationToken.None);

        Assert.That(hard.Complexity, Is.GreaterThan(0.7));
        Assert.That(easy.Complexity, Is.LessThan(0.3));
        Assert.That(hard.Source, Is.EqualTo("learned"));
        Assert.That(hard.Label, Is.EqualTo("complex"));
        Assert.That(easy.Label, Is.EqualTo("simple"));
    }

    [Test]
    public async Task Classify_WithoutHeuristic_IsTheRoutersScore()
    {
        var classifier = new LearnedClassifier(Learnt.Complexity.Value);

        Classification found = await classifier.ClassifyAsync(Learnt.Ask(Learnt.HardText), CancellationToken.None);

        Assert.That(found.Complexity, Is.EqualTo(Learnt.Complexity.Value.Score(Learnt.HardText)).Within(1e-9));
    }

    [Test]
    public async Task Classify_WithTheHeuristicAlone_IsTheHeuristics()
    {
        TrainedRouter router = Learnt.With(Learnt.Complexity.Value, (LearnedClassifier.HeuristicShare, 1));

        Classification found = await new LearnedClassifier(router).ClassifyAsync(Learnt.Ask(Learnt.HardText), CancellationToken.None);
        Classification heuristic = await new Classifiers.HeuristicClassifier().ClassifyAsync(Learnt.Ask(Learnt.HardText), CancellationToken.None);

        Assert.That(found.Complexity, Is.EqualTo(heuristic.Complexity).Within(1e-9));
    }

    [TestCase("", Description = "R24 nothing to read is nothing known")]
    [TestCase("   ")]
    [TestCase("\u4eca\u5929\u5929\u6c14\u600e\u4e48\u6837\uff0c\u6211\u60f3\u77e5\u9053\u660e\u5929\u4f1a\u4e0d\u4f1a\u4e0b\u96e8", Description = "another script")]
    [TestCase("xq7zz-9911-kkqv zzqx vvkq 8841-qqzx", Description = "no language")]
    public async Task Classify_AbstainsOnWhatTrainingDidNotKnow(string text)
    {
        var classifier = new LearnedClassifier(DefaultModel.Router);

        Classification found = await classifier.ClassifyAsync(Learnt.Ask(text), CancellationToken.None);

        Assert.That(found.Confidence, Is.Zero);
        Assert.That(found.Complexity, Is.InRange(0, 1));
    }

    [Test]
    [Description("R24 bounded input: a megabyte of text is read at both ends")]
    public async Task Classify_OfAMegabyte_ReadsBothEnds()
    {
        string text = Learnt.HardText + new string(' ', 1) + string.Concat(Enumerable.Repeat("filler ", 150_000)) + Learnt.HardText;

        Classification found = await new LearnedClassifier(DefaultModel.Router).ClassifyAsync(Learnt.Ask(text), CancellationToken.None);

        Assert.That(found.Complexity, Is.InRange(0, 1));
        Assert.That(found.Confidence, Is.InRange(0, 0.95));
    }

    [Test]
    [Description("R27 thread-safe: many at once see what one alone sees")]
    public async Task Classify_GivesTheSameFromManyThreads()
    {
        var classifier = new LearnedClassifier(DefaultModel.Router);
        string[] texts = [Learnt.HardText, Learnt.EasyText, "hello", "Prove that there are infinitely many primes."];
        double[] expected = new double[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            expected[i] = (await classifier.ClassifyAsync(Learnt.Ask(texts[i]), CancellationToken.None)).Complexity;
        }

        int wrong = 0;
        Parallel.For(0, 400, i =>
        {
            double found = classifier.ClassifyAsync(Learnt.Ask(texts[i % texts.Length]), CancellationToken.None).AsTask().GetAwaiter().GetResult().Complexity;
            Interlocked.Add(ref wrong, found.Equals(expected[i % texts.Length]) ? 0 : 1);
        });

        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public async Task DefaultModel_OrdersPlainRequests()
    {
        var classifier = new LearnedClassifier(DefaultModel.Router);

        Classification simple = await classifier.ClassifyAsync(Learnt.Ask("what time does the bank open today"), CancellationToken.None);
        Classification complex = await classifier.ClassifyAsync(
            Learnt.Ask("Derive the gradient of the softmax cross-entropy loss, then implement it in Python with a numerically stable log-sum-exp and compare its complexity with autograd."),
            CancellationToken.None);

        Assert.That(simple.Complexity, Is.LessThan(0.3));
        Assert.That(simple.Confidence, Is.GreaterThan(0.7));
        Assert.That(complex.Complexity, Is.GreaterThan(0.7));
        Assert.That(complex.Confidence, Is.GreaterThan(0.7));
    }

    [Test]
    public void Create_RefusesARouterForModels() =>
        Assert.That(() => new LearnedClassifier(Learnt.Pair.Value), Throws.ArgumentException.With.Message.Contains("'strong', 'weak'").And.Message.Contains("AddLearnedRouter"));

    [Test]
    public void Create_RefusesAnImpossibleShare() =>
        Assert.That(
            () => new LearnedClassifier(Learnt.With(Learnt.Complexity.Value, (LearnedClassifier.HeuristicShare, 1.5))), Throws.ArgumentException.With.Message.Contains("between 0 and 1"));
}
