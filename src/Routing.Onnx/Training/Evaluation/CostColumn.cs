using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Repairs a column of costs: what is not known becomes the mean of what is.</summary>
internal static class CostColumn
{
    internal static ImmutableArray<double> Fill(ReadOnlySpan<double> costs, out bool known)
    {
        double sum = 0;
        int count = 0;
        foreach (double cost in costs)
        {
            if (IsKnown(cost))
            {
                sum += cost;
                count++;
            }
        }

        known = count > 0;
        double mean = known ? sum / count : double.NaN;
        double[] filled = new double[costs.Length];
        for (int i = 0; i < costs.Length; i++)
        {
            filled[i] = IsKnown(costs[i]) ? costs[i] : mean;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(filled);
    }

    private static bool IsKnown(double cost) => double.IsFinite(cost) && cost >= 0;
}
