using System.Collections.Frozen;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training;

public sealed class RouterTrainerTests
{
    private static readonly TrainingTarget Pair = TrainingTarget.Pair("strong", "weak");

    [Test]
    [Description("S23: a router learns from 200 labelled requests which of them need the strong model.")]
    public void Train_LearnsWhichRequestsNeedTheStrongModel()
    {
        TrainedRouter router = Train(Pair, SyntheticRequests.Make(200));

        Assert.That(Separation(router), Is.GreaterThan(0.95));
        Assert.That(router.Outputs, Is.EqualTo(new[] { "need", "strong", "weak" }));
        Assert.That(router.Report.Requests, Is.EqualTo(200));
        Assert.That(router.Report.Families.Select(static family => family.Family), Is.EqualTo(TrainerFamilies.Default));
        Assert.That(router.Report.Families.Sum(static family => family.Weight), Is.EqualTo(1).Within(1e-6));
    }

    [Test]
    public void Train_GivesChancesThatAreCalibrated()
    {
        TrainedRouter router = Train(Pair, SyntheticRequests.Make(600));
        List<LabelledRequest> unseen = SyntheticRequests.Make(400, seed: 77);
        double[] scores = new double[3];
        double[] meanChance = new double[2];

        foreach (LabelledRequest request in unseen)
        {
            router.Score(request.Text, scores);
            meanChance[SyntheticRequests.IsHard(request) ? 1 : 0] += scores[2] / unseen.Count(other => SyntheticRequests.IsHard(other) == SyntheticRequests.IsHard(request));
        }

        Assert.That(meanChance[0], Is.EqualTo(0.9).Within(0.08));
        Assert.That(meanChance[1], Is.EqualTo(0.3).Within(0.08));
    }

    [Test]
    public void Train_IsTheSameForAnyNumberOfThreads()
    {
        List<LabelledRequest> requests = SyntheticRequests.Make(200);

        byte[] one = Bytes(Train(Pair, requests, threads: 1));
        byte[] four = Bytes(Train(Pair, requests, threads: 4));

        Assert.That(four, Is.EqualTo(one));
    }

    [Test]
    public void Train_AnotherSeedGivesAnotherRouter() =>
        Assert.That(Bytes(Train(Pair, SyntheticRequests.Make(120), seed: 2)), Is.Not.EqualTo(Bytes(Train(Pair, SyntheticRequests.Make(120), seed: 1))));

    [Test]
    [Description("S22: only the answering model's result is known; that is enough to learn from, and said to be what it is.")]
    public void Train_LearnsFromPartialLabelsAndSaysSo()
    {
        TrainedRouter router = Train(Pair, SyntheticRequests.Make(600, isPartial: true));

        Assert.That(Separation(router), Is.GreaterThan(0.9));
        Assert.That(router.Report.PartialRequests, Is.EqualTo(600));
        Assert.That(router.Report.Warnings, Has.Some.Contains("some of the models only"));
    }

    [Test]
    [Description("Privacy: a log of captured features trains the same router as the texts that it does not hold.")]
    public void Train_OnCapturedFeatures_GivesTheSameScoresAsOnTexts()
    {
        List<LabelledRequest> requests = SyntheticRequests.Make(200);
        var hasher = new FeatureHasher();
        List<LabelledRequest> captured = [.. requests.Select(request => request with { Text = null, Features = hasher.Hash(request.Text) })];

        byte[] fromTexts = Bytes(Train(Pair, requests));
        byte[] fromFeatures = Bytes(Train(Pair, captured));

        Assert.That(fromFeatures, Is.EqualTo(fromTexts));
    }

    [Test]
    public void Train_LearnsComplexityFromLabels()
    {
        TrainedRouter router = Train(TrainingTarget.Complexity, SyntheticRequests.Make(200));

        Assert.That(Separation(router), Is.GreaterThan(0.95));
        Assert.That(router.Score("prove the theorem about the eigenvalue of the manifold"), Is.InRange(0.5, 1));
    }

    [Test]
    public void Train_LearnsEveryModelOfAPool()
    {
        TrainedRouter router = Train(TrainingTarget.Pool(["weak", "strong"]), SyntheticRequests.Make(300));
        double[] hard = new double[2];
        double[] easy = new double[2];

        router.Score("integral theorem proof homomorphism manifold", hard);
        router.Score("weather recipe holiday password invoice", easy);

        Assert.That(easy[0] - hard[0], Is.GreaterThan(0.3));
        Assert.That(Math.Abs(easy[1] - hard[1]), Is.LessThan(0.2));
    }

    [Test]
    public void Train_RefusesAModelThatNobodyScored() =>
        Assert.That(
            () => Train(TrainingTarget.Pair("strong", "weka"), [.. SyntheticRequests.Make(30).Select(static request => request with
            {
                Scores = request.Scores.Where(static score => score.Key == "weak").ToFrozenDictionary(),
            })]),
            Throws.TypeOf<TrainingException>().With.Message.Contains("'weka'").And.Message.Contains("'weak'"));

    [Test]
    public void Train_RefusesOneClass() =>
        Assert.That(
            () => Train(Pair, [.. SyntheticRequests.Make(60).Select(static request => request with
            {
                Scores = new Dictionary<string, double> { ["strong"] = 1, ["weak"] = 1 }.ToFrozenDictionary(),
            })]),
            Throws.TypeOf<TrainingException>().With.Message.Contains("same score"));

    [Test]
    public void Train_RefusesTooFewRequests() =>
        Assert.That(() => Train(Pair, SyntheticRequests.Make(19)), Throws.TypeOf<TrainingException>().With.Message.Contains("at least 20"));

    [Test]
    public void Train_CountsARepeatedRequestOnce()
    {
        List<LabelledRequest> requests = SyntheticRequests.Make(100);

        TrainedRouter twice = Train(Pair, [.. requests, .. requests]);

        Assert.That(twice.Report.Duplicates, Is.EqualTo(100));
        Assert.That(twice.Report.Fingerprint, Is.EqualTo(Train(Pair, requests).Report.Fingerprint));
    }

    [Test]
    public void Train_SurvivesPoison()
    {
        List<LabelledRequest> requests = SyntheticRequests.Make(120);
        requests.Add(requests[0] with { Text = new string('a', 1 << 20) });
        requests.Add(requests[0] with { Text = "   " });
        requests.Add(requests[0] with { Text = "\uD800\uDC00\uD800" });
        requests.Add(requests[0] with { Text = "!", Scores = new Dictionary<string, double> { ["strong"] = double.NaN, ["weak"] = 7 }.ToFrozenDictionary() });
        TrainedRouter router = Train(Pair, requests);
        double[] scores = new double[3];

        foreach (string text in new[] { "", "\0", new string('x', 1 << 20), "\uDC00", "integral" })
        {
            router.Score(text, scores);
            Assert.That(scores, Has.All.Matches<double>(double.IsFinite));
        }

        Assert.That(router.Report.Requests, Is.EqualTo(122));
    }

    [Test]
    public void Train_RefusesCapturedFeaturesOfOtherSettings()
    {
        var hasher = new FeatureHasher(new FeatureHasherSettings { Bits = 20 });
        List<LabelledRequest> captured = [.. SyntheticRequests.Make(40).Select(request => request with { Text = null, Features = hasher.Hash(request.Text) })];

        Assert.That(() => Train(Pair, captured), Throws.TypeOf<TrainingException>().With.Message.Contains("index"));
    }

    [Test]
    public void Train_StopsWhenCancelled()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.That(
            () => new RouterTrainer(new TrainerOptions { Target = Pair, Threads = 1 }).Train(SyntheticRequests.Make(50), cancellationToken: source.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Train_TellsHowFarItIs()
    {
        var progress = new ListProgress();

        new RouterTrainer(new TrainerOptions { Target = Pair, Threads = 1 }).Train(SyntheticRequests.Make(50), progress);

        Assert.That(progress.Reports.Select(static report => report.Done), Is.Ordered.Ascending);
        Assert.That(progress.Reports[^1].Done, Is.EqualTo(1));
    }

    [Test]
    public void Train_UsesRequestsOfOtherModelsAsAMeasureOfDifficulty()
    {
        List<LabelledRequest> others = [.. SyntheticRequests.Make(600, seed: 9).Select(static request => request with
        {
            Scores = new Dictionary<string, double> { ["other"] = SyntheticRequests.IsHard(request) ? 0 : 1 }.ToFrozenDictionary(),
        })];

        TrainedRouter alone = Train(Pair, SyntheticRequests.Make(40));
        TrainedRouter helped = Train(Pair, [.. SyntheticRequests.Make(40), .. others]);

        Assert.That(helped.Report.AuxiliaryRequests, Is.EqualTo(600));
        Assert.That(helped.Model.Lexicon.Difficulty, Is.Not.Null);
        Assert.That(Separation(helped), Is.GreaterThanOrEqualTo(Separation(alone)));
    }

    [Test]
    [Description("S22: labels may carry a group; it makes more of few noisy results, and teaches nothing else than the hints.")]
    public void Train_LearnsFromGroups()
    {
        List<LabelledRequest> requests = SyntheticRequests.Make(60);
        var trainer = new RouterTrainer(new TrainerOptions { Target = Pair, Threads = 1, Dimensions = 16, Families = [TrainerFamilies.Kernel, TrainerFamilies.Hints] });

        TrainedRouter grouped = trainer.Train(requests);
        TrainedRouter alone = trainer.Train([.. requests.Select(static request => request with { Group = null })]);

        Assert.That(alone.Report.Families.Select(static family => family.Family), Is.EqualTo(new[] { TrainerFamilies.Kernel }));
        Assert.That(grouped.Report.Families[0].HeldOut, Is.EqualTo(alone.Report.Families[0].HeldOut), "a group must not leak into another family");
        Assert.That(Separation(grouped), Is.GreaterThan(Separation(alone)));
    }

    [Test]
    public void Train_TakesNoHintsForComplexity()
    {
        TrainedRouter router = Train(TrainingTarget.Complexity, SyntheticRequests.Make(60));

        Assert.That(router.Report.Families.Select(static family => family.Family), Does.Not.Contain(TrainerFamilies.Hints));
    }

    [TestCase(1)]
    [TestCase(21)]
    public void Constructor_RejectsOptionsOutOfRange(int folds) =>
        Assert.That(() => new RouterTrainer(new TrainerOptions { Target = Pair, Folds = folds }), Throws.InstanceOf<ArgumentException>().With.Message.Contains("Folds"));

    [Test]
    public void Score_AllocatesNothingOnceWarm()
    {
        TrainedRouter router = Train(Pair, SyntheticRequests.Make(100));
        double[] scores = new double[3];
        router.Score("integral of the weather", scores);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            router.Score("integral of the weather", scores);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    private static TrainedRouter Train(TrainingTarget target, IReadOnlyList<LabelledRequest> requests, int threads = 1, int seed = 1) =>
        new RouterTrainer(new TrainerOptions { Target = target, Threads = threads, Seed = seed, Dimensions = 16 }).Train(requests);

    private static byte[] Bytes(TrainedRouter router)
    {
        using var stream = new MemoryStream();
        router.Save(stream);
        return stream.ToArray();
    }

    // The chance that an unseen hard request is scored above an easy one.
    private static double Separation(TrainedRouter router)
    {
        List<LabelledRequest> unseen = SyntheticRequests.Make(200, seed: 99);
        double[] hard = [.. unseen.Where(SyntheticRequests.IsHard).Select(request => router.Score(request.Text))];
        double[] easy = [.. unseen.Where(static request => !SyntheticRequests.IsHard(request)).Select(request => router.Score(request.Text))];
        return hard.Average(high => easy.Average(low => high > low ? 1.0 : high == low ? 0.5 : 0));
    }

    private sealed class ListProgress : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }
}
