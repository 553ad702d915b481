using LlmRouting.Onnx.Training.Calibration;

namespace LlmRouting.Onnx.Tests.Training.Calibration;

public sealed class ProbabilityCalibrationTests
{
    [Test]
    public void Isotonic_PoolsWhatFalls()
    {
        IsotonicCalibration fitted = IsotonicCalibration.Fit([1, 2, 3, 4], [0, 1, 0, 1]);

        Assert.Multiple(() =>
        {
            Assert.That(fitted.Apply(1), Is.EqualTo(0));
            Assert.That(fitted.Apply(2.5), Is.EqualTo(0.5));
            Assert.That(fitted.Apply(4), Is.EqualTo(1));
            Assert.That(fitted.Apply(-10), Is.EqualTo(0));
            Assert.That(fitted.Apply(10), Is.EqualTo(1));
        });
    }

    [Test]
    public void Isotonic_DoesNotDependOnTheOrderOfEqualPredictions()
    {
        IsotonicCalibration one = IsotonicCalibration.Fit([1, 1, 2], [0, 1, 1]);
        IsotonicCalibration other = IsotonicCalibration.Fit([1, 2, 1], [1, 1, 0]);

        Assert.That(one.Apply(1), Is.EqualTo(0.5));
        Assert.That(other.Apply(1), Is.EqualTo(0.5));
    }

    [Test]
    public void EveryCalibration_TakesOverconfidenceAway_AndKeepsTheOrder([Values("isotonic", "platt", "temperature")] string kind)
    {
        // The model says 0.95 or 0.05 where 0.7 or 0.3 is true, with everything between.
        (double[] predictions, double[] observed) = Overconfident(new Random(1), 4000);
        (double[] unseen, double[] outcome) = Overconfident(new Random(2), 4000);
        IProbabilityCalibration fitted = kind switch
        {
            "isotonic" => IsotonicCalibration.Fit(predictions, observed),
            "platt" => PlattCalibration.Fit(predictions, observed),
            _ => TemperatureCalibration.Fit(predictions, observed),
        };

        double[] calibrated = [.. unseen.Select(fitted.Apply)];
        double[] rising = [.. unseen.Order().Select(fitted.Apply)];

        Assert.That(CalibrationError.Measure(calibrated, outcome).ExpectedError, Is.LessThan(CalibrationError.Measure(unseen, outcome).ExpectedError / 3));
        Assert.That(CalibrationError.Measure(calibrated, outcome).Brier, Is.LessThan(CalibrationError.Measure(unseen, outcome).Brier));
        Assert.That(rising, Is.Ordered.Ascending);
    }

    [Test]
    public void Temperature_FindsTheOneThatMadeTheData()
    {
        (double[] predictions, double[] observed) = Overconfident(new Random(3), 50_000);

        Assert.That(TemperatureCalibration.Fit(predictions, observed).Temperature, Is.EqualTo(3).Within(0.15));
    }

    [Test]
    public void Platt_NeverReversesAnOrder_AndStaysOffCertainty()
    {
        PlattCalibration reversed = PlattCalibration.Fit([0, 1, 2, 3], [1, 1, 0, 0]);
        PlattCalibration separable = PlattCalibration.Fit([0, 1, 2, 3], [0, 0, 1, 1]);

        Assert.That(reversed.Slope, Is.Zero);
        Assert.That(reversed.Apply(1), Is.EqualTo(0.5).Within(1e-6));
        Assert.That(separable.Apply(3), Is.InRange(0.6, 0.95), "four rows prove little");
    }

    [Test]
    public void Error_MatchesTheFiguresWorkedOutByHand()
    {
        CalibrationError error = CalibrationError.Measure([0.2, 0.2, 0.8, 0.8], [0, 1, 1, 1], bins: 2);

        Assert.That(error.Bins, Is.EqualTo(new[] { new ReliabilityBin(0.2, 0.5, 2), new ReliabilityBin(0.8, 1, 2) }));
        Assert.That(error.ExpectedError, Is.EqualTo(0.25).Within(1e-12));
        Assert.That(error.Brier, Is.EqualTo((0.04 + 0.64 + 0.04 + 0.04) / 4).Within(1e-12));
    }

    [Test]
    public void OneClass_GivesAConstantThatIsNotCertain()
    {
        Assert.That(PlattCalibration.Fit([1, 2, 3], [1, 1, 1]).Apply(2), Is.InRange(0.7, 0.9));
        Assert.That(IsotonicCalibration.Fit([1, 2, 3], [1, 1, 1]).Apply(2), Is.EqualTo(1));
    }

    [Test]
    public void BadRows_AreRefused()
    {
        Assert.That(() => IsotonicCalibration.Fit([], []), Throws.ArgumentException);
        Assert.That(() => PlattCalibration.Fit([1, double.NaN], [0, 1]), Throws.ArgumentException.With.Message.Contains("Row 1"));
        Assert.That(() => TemperatureCalibration.Fit([0.5, 1.5], [0, 1]), Throws.ArgumentException.With.Message.Contains("Row 1"));
    }

    private static (double[] Predictions, double[] Observed) Overconfident(Random random, int count)
    {
        double[] predictions = new double[count];
        double[] observed = new double[count];
        for (int i = 0; i < count; i++)
        {
            double logit = 2 * random.NextDouble() - 1;
            observed[i] = random.NextDouble() < Logistic.Probability(logit) ? 1 : 0;
            predictions[i] = Logistic.Probability(3 * logit);
        }

        return (predictions, observed);
    }
}
