using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Says how good a router is at choosing among all models of a pool.</summary>
/// <remarks>
/// The router takes the model with the greatest predicted quality - lambda x expected cost; each lambda gives a point of cost and quality. AIQ follows RouterBench (Hu et al.,
/// arXiv 2403.12031, section 3.3): the mean height of the non-decreasing convex hull of these points over the costs from the cheapest single model
/// to the most expensive one.
/// </remarks>
/// <param name="Count">The number of requests.</param>
/// <param name="BestSingle">The model that is best alone on these requests, against which savings count.</param>
/// <param name="BestSingleQuality">Its mean quality, 0 to 1.</param>
/// <param name="Quality">The router's mean quality when cost does not matter, 0 to 1.</param>
/// <param name="Aiq">The average improvement in quality, 0 to 1.</param>
/// <param name="SavedAt0">Percent of the best single model's cost saved at no less quality than its own, with the best lambda for these rows; 0 when no lambda gets there, since it can always be used alone.</param>
/// <param name="SavedAt1">The same when the mean quality may be 1% lower (relative).</param>
/// <param name="SavedAt5">The same at 5%.</param>
/// <param name="Points">Every lambda's point, by rising lambda.</param>
public sealed record PoolEvaluation(
    int Count, string BestSingle, double BestSingleQuality, double Quality, double Aiq,
    double SavedAt0, double SavedAt1, double SavedAt5, ImmutableArray<PoolPoint> Points)
{
    private const int Lambdas = 200;

    /// <summary>Evaluates predictions.</summary>
    /// <param name="predictedQuality">The predicted quality by model, then request; any scale that is the same for all models.</param>
    /// <param name="expectedCostUsd">The cost that the router expects, by model, then request; not the call's real cost, which it cannot know.</param>
    /// <param name="outcomes">What the models did with the same requests.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">A length does not fit the outcomes.</exception>
    public static PoolEvaluation Create(double[][] predictedQuality, double[][] expectedCostUsd, PoolOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        CheckShape(predictedQuality, outcomes, nameof(predictedQuality));
        CheckShape(expectedCostUsd, outcomes, nameof(expectedCostUsd));
        ImmutableArray<PoolPoint> points = Sweep(predictedQuality, expectedCostUsd, outcomes);
        int best = outcomes.BestSingle;
        return new(
            outcomes.Count, outcomes.Models[best], outcomes.MeanQuality[best], points[0].Quality,
            CostHull.AverageHeight(points, outcomes.MeanCostUsd.Min(), outcomes.MeanCostUsd.Max()),
            Saved(points, outcomes, 0), Saved(points, outcomes, 1), Saved(points, outcomes, 5), points);
    }

    /// <summary>Finds the cheapest point whose quality is no more than a loss below the best single model's.</summary>
    /// <param name="lossPercent">The loss, percent of <see cref="BestSingleQuality"/>; 0 or more.</param>
    /// <returns>The point; null where every point loses more. What it says is an estimate on these rows and no promise: chosen for being cheap on them, it loses more than that on other
    /// rows about as often as less.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lossPercent"/> is negative or no number.</exception>
    public PoolPoint? CheapestWithin(double lossPercent)
    {
        if (!(lossPercent >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(lossPercent), lossPercent, "The loss must be 0 percent or more.");
        }

        return Cheapest(Points, BestSingleQuality, lossPercent);
    }

    /// <summary>Says whether a model is to be taken rather than the best one so far: greater value; of equals the cheaper one.</summary>
    /// <param name="value">Its quality - lambda x cost.</param>
    /// <param name="cost">Its expected cost.</param>
    /// <param name="best">The best model's value.</param>
    /// <param name="bestCost">The best model's expected cost.</param>
    internal static bool IsBetter(double value, double cost, double best, double bestCost) => value > best || (value.Equals(best) && cost < bestCost);

    private static PoolPoint? Cheapest(ImmutableArray<PoolPoint> points, double bestSingleQuality, double lossPercent)
    {
        double target = bestSingleQuality * (1 - lossPercent / 100) - 1e-12;
        PoolPoint? cheapest = null;
        foreach (PoolPoint point in points)
        {
            cheapest = point.Quality >= target && !(cheapest?.CostUsd <= point.CostUsd) ? point : cheapest;
        }

        return cheapest;
    }

    private static double Saved(ImmutableArray<PoolPoint> points, PoolOutcomes outcomes, double lossPercent)
    {
        double alone = outcomes.MeanCostUsd[outcomes.BestSingle];
        double cost = Cheapest(points, outcomes.MeanQuality[outcomes.BestSingle], lossPercent) is { } point ? Math.Min(alone, point.CostUsd) : alone;
        return 100 * (1 - cost / alone);
    }

    private static ImmutableArray<PoolPoint> Sweep(double[][] quality, double[][] cost, PoolOutcomes outcomes)
    {
        // From a lambda at which a whole point of quality buys nothing but the most expensive calls, to one at which cost alone decides.
        double dearest = outcomes.MeanCostUsd.Max();
        double low = dearest > 0 ? 1e-4 / dearest : 0;
        ImmutableArray<PoolPoint>.Builder points = ImmutableArray.CreateBuilder<PoolPoint>(Lambdas + 1);
        points.Add(At(0, quality, cost, outcomes));
        for (int i = 0; i < Lambdas && low > 0; i++)
        {
            points.Add(At(low * Math.Pow(10, 7.0 * i / (Lambdas - 1)), quality, cost, outcomes));
        }

        return points.ToImmutable();
    }

    private static PoolPoint At(double lambda, double[][] quality, double[][] cost, PoolOutcomes outcomes)
    {
        double totalQuality = 0;
        double totalCost = 0;
        for (int row = 0; row < outcomes.Count; row++)
        {
            int chosen = 0;
            double best = double.NegativeInfinity;
            for (int model = 0; model < quality.Length; model++)
            {
                double value = quality[model][row] - lambda * cost[model][row];
                bool better = IsBetter(value, cost[model][row], best, cost[chosen][row]);
                chosen = better ? model : chosen;
                best = better ? value : best;
            }

            totalQuality += outcomes.Quality[chosen][row];
            totalCost += outcomes.CostUsd[chosen][row];
        }

        return new(lambda, totalCost / outcomes.Count, totalQuality / outcomes.Count);
    }

    private static void CheckShape(double[][] values, PoolOutcomes outcomes, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.Length != outcomes.Models.Length || Array.Exists(values, column => column.Length != outcomes.Count))
        {
            throw new ArgumentException($"There must be one array for each of {outcomes.Models.Length} models, with one number for each of {outcomes.Count} requests.", name);
        }
    }
}
