using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Predicts what each model's call costs from the request: from its length by <see cref="CostEstimate"/>, and from its words how far the cost lies beside that.</summary>
/// <remarks>
/// The answer is the larger part of most costs, and its length depends on what is asked: a question that wants steps costs several times as much as one of the same length that
/// wants a name. The ratio of the cost to the estimate by length is learnt by a linear router (in logarithms, bounded by its 0.5% and 99.5% quantiles), and the result scaled so that
/// it sums to the known costs. A model whose costs follow from the length, or are known for fewer than 100 requests, keeps the estimate by length. Immutable, safe for concurrent use.
/// </remarks>
public sealed class CostPredictor
{
    private const int Least = 100;

    // Below this standard deviation of the logarithm (5%) there is nothing to learn.
    private const double LeastSpread = 0.05;
    private readonly ImmutableArray<Column> _columns;
    private readonly TrainedRouter? _router;

    private CostPredictor(ImmutableArray<string> models, ImmutableArray<Column> columns, TrainedRouter? router)
    {
        Models = models;
        _columns = columns;
        _router = router;
    }

    /// <summary>Gets the models, in the order of the predictions.</summary>
    public ImmutableArray<string> Models { get; }

    /// <summary>Gets the models whose costs are predicted from words too.</summary>
    public ImmutableArray<string> Learned => _router is null ? [] : _router.Target.Models;

    /// <summary>Learns from requests whose costs are known.</summary>
    /// <param name="requests">Requests; a cost that is null, negative or not finite is left out.</param>
    /// <param name="models">The models; one without any known cost is predicted as NaN, one that is free as 0.</param>
    /// <param name="options">Seed, threads and features; target and families are set here.</param>
    /// <param name="cancellationToken">Ends the training.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There is no model.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CostPredictor Train(
        IReadOnlyList<LabelledRequest> requests, ImmutableArray<string> models, TrainerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(options);
        if (models.IsDefaultOrEmpty)
        {
            throw new ArgumentException("There is no model whose costs could be predicted.", nameof(models));
        }

        Column[] columns = [.. models.Select(model => Column.Fit(requests, model))];
        string[] learned = [.. models.Where((_, i) => columns[i].IsWorthLearning)];
        if (learned.Length == 0)
        {
            return new(models, [.. columns], null);
        }

        // The place of a cost between the quantiles is taught as if it were a quality.
        LabelledRequest[] taught = [.. requests.Where(static request => request.Text is not null || request.Features is not null).Select(request => request with
        {
            Scores = models.Select((model, i) => (Model: model, Place: columns[i].IsWorthLearning ? columns[i].PlaceOf(request, model) : double.NaN))
                .Where(static pair => double.IsFinite(pair.Place)).ToFrozenDictionary(static pair => pair.Model, static pair => pair.Place, StringComparer.Ordinal),
            Embedding = [],
        }).Where(static request => request.Scores.Count > 0)];
        TrainedRouter router = new RouterTrainer(options with { Target = TrainingTarget.Pool(learned), Families = [TrainerFamilies.Linear] })
            .Train(taught, progress: null, cancellationToken);
        var unscaled = new CostPredictor(models, [.. columns], router);
        return new(models, unscaled.Scaled(requests), router);
    }

    /// <summary>Predicts.</summary>
    /// <param name="request">The request; its costs are not looked at.</param>
    /// <param name="destination">Receives one cost in USD for each of <see cref="Models"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    public void Predict(LabelledRequest request, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (destination.Length < Models.Length)
        {
            throw new ArgumentException($"There is room for {destination.Length} costs; there are {Models.Length} models.", nameof(destination));
        }

        double[] places = _router is null ? [] : new double[_router.Outputs.Length];
        if (_router is not null && request.Text is { } text)
        {
            _router.Score(text, places);
        }
        else if (_router is not null && request.Features is { } features)
        {
            _router.Score(features, places);
        }

        bool isKnown = request.Text is not null || request.Features is not null;
        int next = 0;
        for (int i = 0; i < Models.Length; i++)
        {
            bool isLearned = _columns[i].IsWorthLearning && _router is not null;
            double place = isLearned && isKnown ? places[next] : double.NaN;
            next += isLearned ? 1 : 0;
            destination[i] = _columns[i].Expected(request, place);
        }
    }

    private ImmutableArray<Column> Scaled(IReadOnlyList<LabelledRequest> requests)
    {
        double[] predicted = new double[Models.Length];
        double[] real = new double[Models.Length];
        double[] sums = new double[Models.Length];
        foreach (LabelledRequest request in requests)
        {
            Predict(request, predicted);
            for (int i = 0; i < predicted.Length; i++)
            {
                double cost = Column.CostOf(request, Models[i]);
                if (double.IsFinite(cost) && double.IsFinite(predicted[i]))
                {
                    real[i] += cost;
                    sums[i] += predicted[i];
                }
            }
        }

        return [.. _columns.Select((column, i) => column with { Scale = sums[i] > 0 && real[i] > 0 ? real[i] / sums[i] : 1 })];
    }

    /// <summary>One model: its cost by length, and the range that the logarithm of the ratio to it lies in.</summary>
    private sealed record Column(CostEstimate ByLength, double Low, double High, bool IsWorthLearning, bool IsFree, bool IsUnknown)
    {
        public double Scale { get; init; } = 1;

        public static Column Fit(IReadOnlyList<LabelledRequest> requests, string model)
        {
            LabelledRequest[] priced = [.. requests.Where(request => double.IsFinite(CostOf(request, model)))];
            int[] lengths = [.. priced.Select(LengthOf)];
            double[] costs = [.. priced.Select(request => CostOf(request, model))];
            var byLength = CostEstimate.Fit(lengths, costs);
            double[] ratios = [.. lengths.Zip(costs).Where(static pair => pair.Second > 0).Select(pair => Math.Log(pair.Second / byLength.Expected(pair.First))).Order()];
            if (ratios.Length < Least)
            {
                return new(byLength, 0, 0, false, priced.Length > 0 && ratios.Length == 0, priced.Length == 0);
            }

            double low = ratios[(int)(0.005 * ratios.Length)];
            double high = ratios[(int)(0.995 * ratios.Length)];
            double spread = Math.Sqrt(ratios.Average(static ratio => ratio * ratio)); // their mean is 0, by least squares
            return new(byLength, low, high, spread > LeastSpread && high > low, false, false);
        }

        public static double CostOf(LabelledRequest request, string model) =>
            request.Costs.GetValueOrDefault(model) is { } cost && double.IsFinite(cost) && cost >= 0 ? cost : double.NaN;

        public double PlaceOf(LabelledRequest request, string model)
        {
            double cost = CostOf(request, model);
            return cost > 0 ? Math.Clamp((Math.Log(cost / ByLength.Expected(LengthOf(request))) - Low) / (High - Low), 0, 1) : double.NaN;
        }

        public double Expected(LabelledRequest request, double place) =>
            IsUnknown ? double.NaN : IsFree ? 0 : Scale * ByLength.Expected(LengthOf(request)) * (double.IsFinite(place) ? Math.Exp(Low + place * (High - Low)) : 1);

        private static int LengthOf(LabelledRequest request) => request.Text?.Length ?? 0;
    }
}
