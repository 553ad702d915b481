using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Draws the non-decreasing convex hull over points of cost and quality, as RouterBench defines it.</summary>
internal static class CostHull
{
    /// <summary>Averages the hull's height over a range of costs; beyond its ends the hull is as high as there.</summary>
    internal static double AverageHeight(ImmutableArray<PoolPoint> points, double from, double to)
    {
        List<PoolPoint> hull = Create(points);
        if (to <= from)
        {
            return HeightAt(hull, from);
        }

        // The hull is made of straight pieces: trapezoids between its corners are exact.
        double area = 0;
        double x = from;
        foreach (PoolPoint corner in hull)
        {
            if (corner.CostUsd > x)
            {
                double next = Math.Min(corner.CostUsd, to);
                area += (HeightAt(hull, x) + HeightAt(hull, next)) / 2 * (next - x);
                x = next;
            }
        }

        return (area + (to - x) * HeightAt(hull, to)) / (to - from);
    }

    internal static List<PoolPoint> Create(ImmutableArray<PoolPoint> points)
    {
        List<PoolPoint> hull = [];
        foreach (PoolPoint point in points.OrderBy(static point => point.CostUsd).ThenByDescending(static point => point.Quality))
        {
            if (hull.Count > 0 && point.Quality <= hull[^1].Quality)
            {
                continue; // costs more and gives no more
            }

            while (hull.Count > 1 && Slope(hull[^2], hull[^1]) <= Slope(hull[^1], point))
            {
                hull.RemoveAt(hull.Count - 1);
            }

            hull.Add(point);
        }

        return hull;
    }

    private static double HeightAt(List<PoolPoint> hull, double cost)
    {
        if (cost <= hull[0].CostUsd)
        {
            // A router that has nothing so cheap cannot serve at that cost; its cheapest point is the nearest it can do.
            return hull[0].Quality;
        }

        for (int i = 1; i < hull.Count; i++)
        {
            if (cost <= hull[i].CostUsd)
            {
                return hull[i - 1].Quality + Slope(hull[i - 1], hull[i]) * (cost - hull[i - 1].CostUsd);
            }
        }

        return hull[^1].Quality;
    }

    private static double Slope(PoolPoint left, PoolPoint right) => (right.Quality - left.Quality) / (right.CostUsd - left.CostUsd);
}
