using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Calibration;

[Description("S23 what was measured of a pool is what is decided by")]
public sealed class PoolChoiceTests
{
    private const int Rows = 2000;
    private static readonly bool[] All = [true, true, true];

    [Test]
    public void Choose_TakesTheModelThatEvaluationTook_AtEveryLambda()
    {
        PoolChoice choice = Fit(Draw(seed: 1), lossPercent: 2);
        Drawn unseen = Draw(seed: 2);
        double[][] corrected = [.. unseen.Predicted.Select(static column => column.ToArray())];
        choice.Correct(corrected);

        PoolEvaluation evaluation = PoolEvaluation.Create(corrected, choice.ExpectedCostUsd(unseen.Lengths), unseen.Outcomes);

        foreach (PoolPoint point in evaluation.Points.Where(static (_, i) => i % 20 == 0))
        {
            (double cost, double quality) = Means(choice.WithQualityPerUsd(point.QualityPerUsd), unseen);
            Assert.That(cost, Is.EqualTo(point.CostUsd).Within(1e-12), $"lambda {point.QualityPerUsd}");
            Assert.That(quality, Is.EqualTo(point.Quality).Within(1e-12), $"lambda {point.QualityPerUsd}");
        }

        Assert.That(evaluation.Points.Select(static point => point.CostUsd).Distinct().Count(), Is.GreaterThan(20), "lambdas that choose differently");
    }

    [Test]
    public void Fit_ChoosesALambdaThatSavesWithinTheLoss()
    {
        Drawn unseen = Draw(seed: 2);
        int best = unseen.Outcomes.BestSingle;

        (double cost, double quality) = Means(Fit(Draw(seed: 1), lossPercent: 5), unseen);
        (double dearer, _) = Means(Fit(Draw(seed: 1), lossPercent: 1), unseen);

        // 2,000 rows of 0 and 1 tell a mean to about a point.
        Assert.That(quality, Is.GreaterThan(0.95 * unseen.Outcomes.MeanQuality[best] - 0.03));
        Assert.That(cost, Is.LessThan(unseen.Outcomes.MeanCostUsd[best]));
        Assert.That(dearer, Is.GreaterThan(cost), "less loss costs more");
    }

    [Test]
    public void Fit_WherePredictionsMislead_SaysThatThereIsNoChoice()
    {
        Drawn drawn = Draw(seed: 1, rows: 60);
        double[][] opposite = [.. drawn.Outcomes.Quality.Select(static column => column.Select(static quality => 1 - quality).ToArray())];

        Assert.That(PoolChoice.Fit(opposite, drawn.Lengths, drawn.Outcomes, drawn.Folds, lossPercent: 1), Is.Null);
    }

    [Test]
    public void ReadFrom_RestoresWhatWasWritten()
    {
        Dictionary<string, double> thresholds = [];
        Drawn unseen = Draw(seed: 2);
        PoolChoice choice = Fit(Draw(seed: 1), lossPercent: 2);

        choice.WriteTo(thresholds);

        PoolChoice restored = PoolChoice.ReadFrom(thresholds, choice.Models)!; // it was written above
        Assert.That(restored.QualityPerUsd, Is.EqualTo(choice.QualityPerUsd));
        Assert.That(Means(restored, unseen), Is.EqualTo(Means(choice, unseen)));
        Assert.That(thresholds, Has.Count.EqualTo(2 + (5 * 3)));
    }

    [Test]
    public void ReadFrom_WithoutAChoice_IsNull_AndWithHalfAChoiceSaysWhatIsMissing()
    {
        Dictionary<string, double> thresholds = [];
        PoolChoice choice = Fit(Draw(seed: 1), lossPercent: 2);
        choice.WriteTo(thresholds);
        thresholds.Remove("pool.slope.small");

        Assert.That(PoolChoice.ReadFrom(new Dictionary<string, double> { ["promise"] = 1 }, choice.Models), Is.Null);
        Assert.That(() => PoolChoice.ReadFrom(thresholds, choice.Models), Throws.ArgumentException.With.Message.Contains("'pool.slope.small'"));
    }

    [Test]
    public void ByWords_IsKeptWithoutCosts_UnderAnotherName()
    {
        Drawn drawn = Draw(seed: 1);
        double[][] expected = [.. drawn.Outcomes.CostUsd.Select(static column => column.ToArray())];
        PoolChoice choice = PoolChoice.FitByWords(drawn.Predicted, expected, drawn.Outcomes, drawn.Folds, 2)!; // most lambdas lose less
        Dictionary<string, double> thresholds = [];

        choice.WriteTo(thresholds);

        PoolChoice restored = PoolChoice.ReadFrom(thresholds, choice.Models)!; // it was written above
        Assert.That(thresholds, Has.Count.EqualTo(2 + (3 * 3)));
        Assert.That(thresholds.ContainsKey(PoolChoice.QualityPerUsdName), Is.False, "a version that knows costs by length alone must not take it for its own");
        Assert.That(restored.IsByWords);
        Assert.That(restored.QualityPerUsd, Is.EqualTo(choice.QualityPerUsd));
        Assert.That(restored.Choose([0.5, 0.5, 0.5], [1, 0, 2], All), Is.EqualTo(choice.Choose([0.5, 0.5, 0.5], [1, 0, 2], All)));
        Assert.That(() => choice.ExpectCosts(10, new double[3]), Throws.InvalidOperationException);
        Assert.That(() => choice.ExpectedCostUsd([10]), Throws.InvalidOperationException);
    }

    [Test]
    public void Choose_AmongSomeModels_TakesTheBestOfThese()
    {
        PoolChoice choice = Fit(Draw(seed: 1), lossPercent: 0).WithQualityPerUsd(0);

        Assert.That(choice.Choose([1, 0.2, 0.1], Costs(choice, 100), All), Is.Zero);
        Assert.That(choice.Choose([1, 0.2, 0.1], Costs(choice, 100), [false, true, true]), Is.EqualTo(1));
        Assert.That(choice.Choose([1, 0.2, 0.1], Costs(choice, 100), [false, false, false]), Is.EqualTo(-1));
    }

    [Test]
    public void Choose_AllocatesNothing()
    {
        PoolChoice choice = Fit(Draw(seed: 1), lossPercent: 2);
        Span<double> predicted = stackalloc double[3];
        Span<double> costs = stackalloc double[3];
        choice.ExpectCosts(100, costs);
        int sum = choice.Choose(predicted, costs, All);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            choice.ExpectCosts(i, costs);
            sum += choice.Choose(predicted, costs, All);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(sum, Is.GreaterThanOrEqualTo(0), "the choices were made");
    }

    [Test]
    public void ExpectedCost_SumsToTheRealCosts_AndIsNothingForAModelThatIsFree()
    {
        Drawn drawn = Draw(seed: 1, smallUsd: 0);

        double[][] expected = Fit(drawn, lossPercent: 2).ExpectedCostUsd(drawn.Lengths);

        Assert.That(expected[0].Average(), Is.EqualTo(drawn.Outcomes.MeanCostUsd[0]).Within(1e-9));
        Assert.That(expected[2], Is.All.Zero);
    }

    [Test]
    public void BadInput_IsRefused()
    {
        Drawn drawn = Draw(seed: 1);
        PoolChoice choice = Fit(drawn, lossPercent: 2);

        Assert.That(() => PoolChoice.Fit(drawn.Predicted, drawn.Lengths.AsSpan(1), drawn.Outcomes, drawn.Folds, 2), Throws.ArgumentException);
        Assert.That(() => Fit(drawn, lossPercent: -1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => choice.WithQualityPerUsd(double.NaN), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => choice.Choose([1, 1, 1], [1, 1, 1], [true]), Throws.ArgumentException.With.Message.Contains("candidates"));
        Assert.That(() => choice.Choose([1, 1, 1], [1], All), Throws.ArgumentException.With.Message.Contains("costs"));
        Assert.That(() => choice.Choose([1], [1, 1, 1], All), Throws.ArgumentException);
        Assert.That(() => choice.ExpectCosts(10, new double[2]), Throws.ArgumentException);
    }

    private static double[] Costs(PoolChoice choice, int length)
    {
        double[] costs = new double[3];
        choice.ExpectCosts(length, costs);
        return costs;
    }

    private static PoolChoice Fit(Drawn drawn, double lossPercent) =>
        PoolChoice.Fit(drawn.Predicted, drawn.Lengths, drawn.Outcomes, drawn.Folds, lossPercent)
        ?? throw new InvalidOperationException("No lambda stays within the loss.");

    private static (double Cost, double Quality) Means(PoolChoice choice, Drawn drawn)
    {
        double cost = 0;
        double quality = 0;
        for (int row = 0; row < drawn.Lengths.Length; row++)
        {
            int chosen = choice.Choose([.. drawn.Predicted.Select(column => column[row])], Costs(choice, drawn.Lengths[row]), All);
            cost += drawn.Outcomes.CostUsd[chosen][row];
            quality += drawn.Outcomes.Quality[chosen][row];
        }

        return (cost / drawn.Lengths.Length, quality / drawn.Lengths.Length);
    }

    // Each request has an ease and, for each model, something of its own; what is predicted is noisy, and costs grow with the length.
    private static Drawn Draw(int seed, int rows = Rows, double smallUsd = 0.001)
    {
        var random = new Random(seed);
        double[] usd = [0.01, 0.003, smallUsd];
        double[][] predicted = [new double[rows], new double[rows], new double[rows]];
        double[][] quality = [new double[rows], new double[rows], new double[rows]];
        double[][] cost = [new double[rows], new double[rows], new double[rows]];
        int[] lengths = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            lengths[row] = random.Next(20, 2000);
            double ease = 0.4 + (0.3 * random.NextDouble());
            for (int model = 0; model < 3; model++)
            {
                double chance = Math.Clamp(ease + 0.1 - (0.1 * model) + (0.4 * (random.NextDouble() - 0.5)), 0, 1);
                predicted[model][row] = chance + (0.2 * (random.NextDouble() - 0.5));
                quality[model][row] = random.NextDouble() < chance ? 1 : 0;
                cost[model][row] = usd[model] * Math.Sqrt(lengths[row]) * (0.5 + random.NextDouble());
            }
        }

        return new(predicted, lengths, new PoolOutcomes(["large", "medium", "small"], quality, cost), [.. Enumerable.Range(0, rows).Select(static row => row % 3)]);
    }

    private sealed record Drawn(double[][] Predicted, int[] Lengths, PoolOutcomes Outcomes, int[] Folds);
}
