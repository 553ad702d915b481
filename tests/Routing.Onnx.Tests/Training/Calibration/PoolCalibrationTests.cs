using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Calibration;

[Description("S23 models of a pool are compared by predictions that were corrected on held-out rows")]
public sealed class PoolCalibrationTests
{
    private const int Rows = 4000;

    [Test]
    public void Fit_ShrinksDifferencesThatAreNoise_AndChoosesBetterForIt()
    {
        (double[][] predicted, double[][] cost, PoolOutcomes outcomes, int[] folds) = Draw(seed: 1, noise: 0.3);
        var calibration = PoolCalibration.Fit(predicted, cost, outcomes, folds);
        (double[][] unseen, double[][] unseenCost, PoolOutcomes unseenOutcomes, _) = Draw(seed: 2, noise: 0.3);
        PoolEvaluation before = PoolEvaluation.Create(unseen, unseenCost, unseenOutcomes);
        double spread = Spread(unseen);

        calibration.Apply(unseen);
        PoolEvaluation after = PoolEvaluation.Create(unseen, unseenCost, unseenOutcomes);

        Assert.That(Spread(unseen), Is.LessThan(0.7 * spread));
        Assert.That(after.Aiq, Is.GreaterThan(before.Aiq));
    }

    [Test]
    public void Fit_LeavesDifferencesThatAreTrue()
    {
        (double[][] predicted, double[][] cost, PoolOutcomes outcomes, int[] folds) = Draw(seed: 1, noise: 0);
        var calibration = PoolCalibration.Fit(predicted, cost, outcomes, folds);
        (double[][] unseen, double[][] unseenCost, PoolOutcomes unseenOutcomes, _) = Draw(seed: 2, noise: 0);
        PoolEvaluation before = PoolEvaluation.Create(unseen, unseenCost, unseenOutcomes);

        calibration.Apply(unseen);
        PoolEvaluation after = PoolEvaluation.Create(unseen, unseenCost, unseenOutcomes);

        Assert.That(after.Aiq, Is.EqualTo(before.Aiq).Within(0.003));
    }

    [Test]
    public void Fit_WithFewRows_CorrectsTheMeansAlone()
    {
        (double[][] predicted, double[][] cost, PoolOutcomes outcomes, int[] folds) = Draw(seed: 1, noise: 0.3, rows: 50);
        double before = predicted[0][0] - predicted[0][1];

        PoolCalibration.Fit(predicted, cost, outcomes, folds).Apply(predicted);

        Assert.That(predicted[0][0] - predicted[0][1], Is.EqualTo(before).Within(1e-9));
        Assert.That(predicted[0].Average(), Is.EqualTo(outcomes.MeanQuality[0]).Within(1e-9));
    }

    [Test]
    public void Fit_WithOnePartAlone_CorrectsTheMeansAlone()
    {
        (double[][] predicted, double[][] cost, PoolOutcomes outcomes, _) = Draw(seed: 1, noise: 0.3);
        double before = predicted[0][0] - predicted[0][1];

        PoolCalibration.Fit(predicted, cost, outcomes, new int[Rows]).Apply(predicted);

        Assert.That(predicted[0][0] - predicted[0][1], Is.EqualTo(before).Within(1e-9));
        Assert.That(predicted[0].Average(), Is.EqualTo(outcomes.MeanQuality[0]).Within(1e-9));
    }

    [Test]
    public void Fit_RefusesShapesThatDoNotFit()
    {
        (double[][] predicted, double[][] cost, PoolOutcomes outcomes, int[] folds) = Draw(seed: 1, noise: 0, rows: 50);

        Assert.That(() => PoolCalibration.Fit(predicted, cost, outcomes, folds.AsSpan(0, 10)), Throws.ArgumentException);
        Assert.That(() => PoolCalibration.Fit(predicted, cost, outcomes, folds).Apply(predicted[..1]), Throws.ArgumentException);
    }

    private static double Spread(double[][] values) => values[0].Zip(values[2], static (one, other) => Math.Abs(one - other)).Average();

    // Three models: each request has an ease, and for each model something of its own.
    private static (double[][] Predicted, double[][] Cost, PoolOutcomes Outcomes, int[] Folds) Draw(int seed, double noise, int rows = Rows)
    {
        var random = new Random(seed);
        double[][] predicted = [new double[rows], new double[rows], new double[rows]];
        double[][] quality = [new double[rows], new double[rows], new double[rows]];
        double[][] cost = [[.. Enumerable.Repeat(10.0, rows)], [.. Enumerable.Repeat(3.0, rows)], [.. Enumerable.Repeat(1.0, rows)]];
        for (int row = 0; row < rows; row++)
        {
            double ease = 0.4 + 0.3 * random.NextDouble();
            for (int model = 0; model < 3; model++)
            {
                double chance = Math.Clamp(ease + 0.1 - 0.1 * model + 0.4 * (random.NextDouble() - 0.5), 0, 1);
                predicted[model][row] = chance + noise * (random.NextDouble() - 0.5) * 2;
                quality[model][row] = random.NextDouble() < chance ? 1 : 0;
            }
        }

        return (predicted, cost, new PoolOutcomes(["large", "medium", "small"], quality, cost), [.. Enumerable.Range(0, rows).Select(static row => row % 3)]);
    }
}
