using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Evaluation;

/// <summary>Makes pairs of models whose true behaviour is known.</summary>
internal static class Pairs
{
    /// <summary>Four requests; the strong model is better on the first two, costs 10 against 1.</summary>
    public static PairOutcomes Four() => new([1, 1, 1, 0], [0, 0, 1, 0], [10, 10, 10, 10], [1, 1, 1, 1]);

    /// <summary>
    /// Draws requests on which the weak model is the better one for low scores and the worse one for high ones: at score u the expected gain of
    /// the strong model is gap x (2.2 u - 0.1), so that a promise has a true answer.
    /// </summary>
    public static (double[] Scores, PairOutcomes Outcomes) Draw(Random random, int count, double gap = 0.12)
    {
        double[] scores = new double[count];
        double[] strong = new double[count];
        double[] weak = new double[count];
        double[] strongCost = new double[count];
        double[] weakCost = new double[count];
        for (int i = 0; i < count; i++)
        {
            double u = random.NextDouble();
            double gain = TrueGain(u, gap);
            double chance = random.NextDouble();
            scores[i] = u;

            // A fifth of the rows is answered by one model only; the gain says by which.
            strong[i] = chance < 0.6 || (chance < 0.8 && random.NextDouble() < 0.5 + gain / 0.4) ? 1 : 0;
            weak[i] = chance < 0.6 || (chance < 0.8 && strong[i] == 0) ? 1 : 0;
            strongCost[i] = 10 * (1 + random.NextDouble());
            weakCost[i] = 1;
        }

        return (scores, new(strong, weak, strongCost, weakCost));
    }

    public static double TrueGain(double u, double gap = 0.12) => gap * (2.2 * u - 0.1);

    /// <summary>Gets the true loss, in percent of the strong model's quality, when all requests below a threshold go to the weak model.</summary>
    public static double TrueLossPercent(double threshold, double gap = 0.12)
    {
        double t = Math.Clamp(threshold, 0, 1);
        double lost = gap * (1.1 * t * t - 0.1 * t);
        double quality = 0.6 + 0.2 * (0.5 + gap / 0.4);
        return 100 * lost / quality;
    }
}
