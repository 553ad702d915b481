using LlmRouting.Onnx.Tests.Training.Evaluation;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Calibration;

public sealed class ExchangeabilityTests
{
    [Test]
    public void RowsOfOneTraffic_MostlyPass()
    {
        int passed = Passed(gap: 0.12, otherGap: 0.12);

        Assert.That(passed, Is.GreaterThan(50));
    }

    [Test]
    public void RowsOfAnotherTraffic_MostlyFail() => Assert.That(Passed(gap: 0.12, otherGap: 0.22), Is.LessThan(15));

    private static int Passed(double gap, double otherGap)
    {
        int passed = 0;
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            (double[] scores, PairOutcomes outcomes) = Pairs.Draw(random, 1500, gap);
            (double[] other, PairOutcomes otherOutcomes) = Pairs.Draw(random, 3000, otherGap);
            passed += Exchangeability.Holds(scores, outcomes, other, otherOutcomes) ? 1 : 0;
        }

        return passed;
    }
}
