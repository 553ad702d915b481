using System.Collections.Frozen;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training.Families;

[Description("S23 what a call costs is expected from the request")]
public sealed class CostFamilyTests
{
    private static readonly Lazy<TrainedRouter> Pair = new(static () => Train(TrainingTarget.Pair("strong", "weak"), PricedRequests.Make(400, 1)));

    [Test]
    public void Score_TellsByTheWordsWhatTheLengthDoesNotTell()
    {
        LabelledRequest[] unseen = PricedRequests.Make(200, 2);
        double[] outputs = new double[3];
        double[] usd = new double[2];

        double right = 0;
        foreach (LabelledRequest request in unseen)
        {
            Pair.Value.Score(request, outputs, usd);
            double between = Math.Sqrt(PricedRequests.EasyUsd * PricedRequests.HardUsd) * request.Text!.Length;
            right += usd[0] > between == SyntheticRequests.IsHard(request) ? 1 : 0;
            Assert.That(usd[1], Is.EqualTo(PricedRequests.WeakUsd * request.Text!.Length).Within(2).Percent, "the weak model's costs follow from the length");
        }

        Assert.That(Pair.Value.TellsCosts);
        Assert.That(right / unseen.Length, Is.GreaterThan(0.9));
    }

    [Test]
    public void Score_SumsToWhatIsKnown()
    {
        LabelledRequest[] unseen = PricedRequests.Make(400, 3);
        double[] outputs = new double[3];
        double[] usd = new double[2];

        double expected = 0;
        double real = 0;
        foreach (LabelledRequest row in unseen.Where(static row => row.Costs["strong"] is not null))
        {
            Pair.Value.Score(row, outputs, usd);
            expected += usd[0];
            real += row.Costs["strong"] ?? 0;
        }

        // As many hard ones as in training, within what chance allows 360 requests.
        Assert.That(expected, Is.EqualTo(real).Within(5).Percent);
    }

    [Test]
    public void Score_TakesWhatIsFreeAsFree_AndWhatIsUnknownAsUnknown()
    {
        TrainedRouter router = Train(TrainingTarget.Pool(["free", "stranger", "strong"]), PricedRequests.Make(300, 1));
        double[] outputs = new double[3];
        double[] usd = new double[3];

        router.Score(PricedRequests.Make(1, 3)[0], outputs, usd);

        Assert.That(usd[0], Is.Zero);
        Assert.That(usd[1], Is.NaN);
        Assert.That(usd[2], Is.Positive);
    }

    [Test]
    [Description("Captured features hold the length of the text that they were captured from.")]
    public void Score_OfCapturedFeatures_ExpectsWhatTheTextCosts()
    {
        LabelledRequest request = PricedRequests.Make(1, 4)[0];
        LabelledRequest captured = request with { Text = null, Features = new FeatureHasher(FeatureHasherSettings.Default).Hash(request.Text) };
        double[] outputs = new double[3];
        double[] byText = new double[2];
        double[] byFeatures = new double[2];

        Pair.Value.Score(request, outputs, byText);
        Pair.Value.Score(captured, outputs, byFeatures);

        Assert.That(byFeatures, Is.EqualTo(byText));
    }

    [Test]
    public void Train_LearnsNoCosts_WhereTheLengthTellsThemOrTooFewAreKnown()
    {
        TrainedRouter byLength = Train(TrainingTarget.Pool(["weak", "free"]), PricedRequests.Make(300, 1));
        TrainedRouter few = Train(TrainingTarget.Pair("strong", "weak"), PricedRequests.Make(100, 1));
        double[] usd = new double[2];

        byLength.Score("a text", new double[2], usd, out _);

        Assert.That(byLength.TellsCosts, Is.False);
        Assert.That(few.TellsCosts, Is.False, "90 costs are known");
        Assert.That(usd, Is.All.NaN);
    }

    [Test]
    [Description("What calls cost is learnt beside the rest, and changes no score.")]
    public void Train_ScoresTheSame_WithCostsAndWithout()
    {
        LabelledRequest[] priced = PricedRequests.Make(400, 1);
        TrainedRouter without = Train(TrainingTarget.Pair("strong", "weak"), [.. priced.Select(static request => request with { Costs = FrozenDictionary<string, double?>.Empty })]);
        double[] one = new double[3];
        double[] other = new double[3];

        foreach (LabelledRequest request in PricedRequests.Make(20, 5))
        {
            Pair.Value.Score(request.Text, one);
            without.Score(request.Text, other);
            Assert.That(one, Is.EqualTo(other));
        }

        Assert.That(without.TellsCosts, Is.False);
    }

    [Test]
    public void Train_IsDeterministic()
    {
        double[] one = new double[2];
        double[] other = new double[2];
        Pair.Value.Score("the proof of a theorem", new double[3], one, out _);
        Train(TrainingTarget.Pair("strong", "weak"), PricedRequests.Make(400, 1), threads: 2).Score("the proof of a theorem", new double[3], other, out _);

        Assert.That(one, Is.EqualTo(other));
    }

    [Test]
    public void Score_AllocatesNothing()
    {
        Span<double> outputs = stackalloc double[3];
        Span<double> usd = stackalloc double[2];
        Pair.Value.Score("the proof of a theorem", outputs, usd, out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Pair.Value.Score("the proof of a theorem", outputs, usd, out _);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(usd[0], Is.GreaterThan(usd[1]), "they were told");
    }

    [Test]
    public void BadInput_IsRefused()
    {
        var empty = new LabelledRequest { Id = "nothing" };

        Assert.That(() => Pair.Value.Score("x", new double[3], new double[1], out _), Throws.ArgumentException.With.Message.Contains("1 costs"));
        Assert.That(() => Pair.Value.Score("x", new double[2], new double[2], out _), Throws.ArgumentException.With.Message.Contains("2 scores"));
        Assert.That(() => Pair.Value.Score(empty, new double[3], new double[2]), Throws.ArgumentException.With.Message.Contains("'nothing'"));
        Assert.That(() => PairScore.Of(Learned.Learnt.Pool.Value, PricedRequests.Make(1, 1)[0]), Throws.ArgumentException.With.Message.Contains("pair"));
        Assert.That(() => PairScore.From([1, 1, 1], [1]), Throws.ArgumentException);
    }

    [TestCase(5, 1, 4)]
    [TestCase(5, 4.9, 0.5)]
    [TestCase(1, 5, 0.1)]
    [TestCase(0, 0, double.NaN)]
    [TestCase(double.NaN, 1, double.NaN)]
    public void PairScore_TakesTheDifferenceOfTheCosts_AndAtLeastATenth(double strong, double weak, double extra) =>
        Assert.That(PairScore.From([0.4, 0.9, 0.3], [strong, weak]), Is.EqualTo(new PairScore(0.5, extra)).Using<PairScore>(static (a, b) =>
            Math.Abs(a.Need - b.Need) < 1e-12 && (double.IsNaN(a.ExtraUsd) ? double.IsNaN(b.ExtraUsd) : Math.Abs(a.ExtraUsd - b.ExtraUsd) < 1e-12)));

    private static TrainedRouter Train(TrainingTarget target, IReadOnlyList<LabelledRequest> requests, int threads = 1) =>
        new RouterTrainer(new TrainerOptions { Target = target, Threads = threads, Dimensions = 16 }).Train(requests);
}
