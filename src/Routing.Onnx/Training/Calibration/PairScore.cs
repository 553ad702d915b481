using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Says what a router for a pair makes of one request.</summary>
/// <param name="Need">The score, higher where the strong model is needed more (<see cref="NeedPerUsd.Join"/>).</param>
/// <param name="ExtraUsd">What the strong model's call is expected to cost in addition to the weak one's, in USD, greater than 0; NaN where the router does not tell.</param>
public readonly record struct PairScore(double Need, double ExtraUsd = double.NaN)
{
    // What a call costs is expected to within a factor of two or so: a difference below a tenth is no reason to send a request first.
    private const double LeastShare = 0.1;

    /// <summary>Joins what a router says.</summary>
    /// <param name="outputs">Its scores.</param>
    /// <param name="costsUsd">What it expects of the strong and the weak model's call, in USD.</param>
    /// <exception cref="ArgumentException">There is no score, or there are not two costs.</exception>
    public static PairScore From(ReadOnlySpan<double> outputs, ReadOnlySpan<double> costsUsd)
    {
        if (costsUsd.Length != 2)
        {
            throw new ArgumentException($"A pair has two costs; there are {costsUsd.Length}.", nameof(costsUsd));
        }

        double extra = Math.Max(costsUsd[0] - costsUsd[1], LeastShare * costsUsd[0]);
        return new(NeedPerUsd.Join(outputs), extra > 0 ? extra : double.NaN);
    }

    /// <summary>Scores a labelled request.</summary>
    /// <param name="router">A router for a pair.</param>
    /// <param name="request">The request.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The router is for no pair, or the request has neither text nor features that it knows.</exception>
    public static PairScore Of(TrainedRouter router, LabelledRequest request)
    {
        ArgumentNullException.ThrowIfNull(router);
        if (router.Target.Kind != TrainingTargetKind.Pair)
        {
            throw new ArgumentException($"The router was trained for a {router.Target.Kind}; it must be one for a pair.", nameof(router));
        }

        Span<double> outputs = stackalloc double[router.Outputs.Length];
        Span<double> costs = stackalloc double[router.Target.Models.Length];
        router.Score(request, outputs, costs);
        return From(outputs, costs);
    }
}
