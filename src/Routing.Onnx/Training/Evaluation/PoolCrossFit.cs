using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Holds what is predicted of each row of a pool by a router that was trained without that row.</summary>
/// <remarks>As <see cref="PairCrossFit"/> does for a pair: training rows serve as calibration rows too. Immutable as long as the arrays that were handed out are left alone.</remarks>
public sealed class PoolCrossFit
{
    private readonly double[][] _predicted;
    private readonly double[][]? _expectedUsd;
    private readonly int[] _lengths;
    private readonly int[] _folds;

    private PoolCrossFit(PoolOutcomes outcomes, double[][] predicted, double[][]? expectedUsd, int[] lengths, int[] folds)
    {
        Outcomes = outcomes;
        _predicted = predicted;
        _expectedUsd = expectedUsd;
        _lengths = lengths;
        _folds = folds;
    }

    /// <summary>Gets what the models did with the rows: those requests that have a score of every model.</summary>
    public PoolOutcomes Outcomes { get; }

    /// <summary>Gets whether every router told what calls cost; only then <see cref="Choose"/> takes costs from the words, otherwise from the length.</summary>
    public bool TellsCosts => _expectedUsd is not null;

    /// <summary>Trains one router for each part, on the other parts, and lets it predict the part.</summary>
    /// <param name="requests">The requests; those that lack a model's score teach every router, and are not predicted.</param>
    /// <param name="models">The models, as the data spells them.</param>
    /// <param name="folds">The number of parts, 2 to 20; questions that are alike fall into the same part.</param>
    /// <param name="seed">Seeds the cut.</param>
    /// <param name="train">Trains a router for <see cref="TrainingTarget.Pool"/> of the models.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">There are fewer than two models, one of them has no known cost, or a router was trained for other models.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="folds"/> is not between 2 and 20.</exception>
    /// <exception cref="LabelledDataException">Fewer rows have a score of every model than there are parts, or all ask the same question.</exception>
    public static PoolCrossFit Run(
        IReadOnlyList<LabelledRequest> requests, ImmutableArray<string> models, int folds, int seed, Func<IReadOnlyList<LabelledRequest>, TrainedRouter> train)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(train);
        if (models.IsDefault || models.Length < 2)
        {
            throw new ArgumentException($"A pool has two models or more; there are {(models.IsDefault ? 0 : models.Length)}.", nameof(models));
        }

        if (folds is < 2 or > 20)
        {
            throw new ArgumentOutOfRangeException(nameof(folds), folds, "The number of parts must be between 2 and 20.");
        }

        LabelledRequest[] rows = [.. requests.Where(request => models.All(request.Scores.ContainsKey))];
        int[] fold = rows.Length < folds ? throw new LabelledDataException(TooFew(requests, models, rows.Length, folds)) : FoldAssignment.Create(rows, folds, seed);
        if (fold.Distinct().Count() < 2)
        {
            throw new LabelledDataException("All rows ask the same question, so no part can be held out; give rows with different prompts.");
        }

        LabelledRequest[] others = [.. requests.Where(request => !models.All(request.Scores.ContainsKey))];
        var outcomes = new PoolOutcomes(
            models,
            [.. models.Select(model => rows.Select(row => row.Scores[model]).ToArray())],
            [.. models.Select(model => rows.Select(row => row.Costs.GetValueOrDefault(model) ?? double.NaN).ToArray())]);
        double[][] predicted = [.. models.Select(_ => new double[rows.Length])];
        double[][] expected = [.. models.Select(_ => new double[rows.Length])];
        foreach (int part in fold.Distinct().Order())
        {
            TrainedRouter router = train([.. others, .. rows.Where((_, row) => fold[row] != part)]);
            Predict(router, models, rows, fold, part, predicted, expected);
        }

        bool isTold = Array.TrueForAll(expected, static column => Array.TrueForAll(column, double.IsFinite));
        return new(outcomes, predicted, isTold ? expected : null, [.. rows.Select(static row => row.Text?.Length ?? 0)], fold);
    }

    /// <summary>Takes costs from the words only if a router tells them that is to decide by what is learnt here.</summary>
    /// <param name="router">The router, trained on all rows.</param>
    /// <returns>This, or where the routers of the parts told costs and this one does not, the same without them.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="router"/> is null.</exception>
    public PoolCrossFit For(TrainedRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        return TellsCosts && !router.TellsCosts ? new(Outcomes, _predicted, null, _lengths, _folds) : this;
    }

    /// <summary>Chooses how a host is to choose; see <see cref="PoolChoice.FitByWords"/> and, by length, its sibling.</summary>
    /// <param name="lossPercent">The loss, percent of the best single model's mean quality; 0 or more.</param>
    /// <returns>The choice; null when no lambda stays within the loss on these rows.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="lossPercent"/> is negative or no number.</exception>
    public PoolChoice? Choose(double lossPercent) => _expectedUsd is null
        ? PoolChoice.Fit(_predicted, _lengths, Outcomes, _folds, lossPercent)
        : PoolChoice.FitByWords(_predicted, _expectedUsd, Outcomes, _folds, lossPercent);

    /// <summary>Measures a choice on these rows.</summary>
    /// <param name="choice">The choice; one that was learnt from these rows looks a little better than it is.</param>
    /// <exception cref="ArgumentNullException"><paramref name="choice"/> is null.</exception>
    /// <exception cref="ArgumentException">The choice is among other models, or takes costs from the words where no router told them.</exception>
    public PoolEvaluation Evaluate(PoolChoice choice)
    {
        ArgumentNullException.ThrowIfNull(choice);
        if (!choice.Models.SequenceEqual(Outcomes.Models))
        {
            throw new ArgumentException("The choice is among other models than the rows have.", nameof(choice));
        }

        double[][] expected = !choice.IsByWords ? choice.ExpectedCostUsd(_lengths)
            : _expectedUsd ?? throw new ArgumentException("The choice takes costs from the words; no router told them of these rows.", nameof(choice));
        double[][] corrected = [.. _predicted.Select(static column => column.ToArray())];
        choice.Correct(corrected);
        return PoolEvaluation.Create(corrected, expected, Outcomes);
    }

    private static void Predict(
        TrainedRouter router, ImmutableArray<string> models, LabelledRequest[] rows, int[] fold, int part, double[][] predicted, double[][] expectedUsd)
    {
        if (!router.Outputs.SequenceEqual(models))
        {
            throw new ArgumentException($"The router tells {string.Join(", ", router.Outputs.Select(static name => $"'{name}'"))}; it must be trained for the pool of the models.");
        }

        double[] scores = new double[models.Length];
        double[] costs = new double[models.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            if (fold[row] != part)
            {
                continue;
            }

            router.Score(rows[row], scores, costs);
            for (int model = 0; model < scores.Length; model++)
            {
                predicted[model][row] = scores[model];
                expectedUsd[model][row] = costs[model];
            }
        }
    }

    private static string TooFew(IReadOnlyList<LabelledRequest> requests, ImmutableArray<string> models, int rows, int folds)
    {
        ImmutableArray<string> found = PairRows.ModelsOf(requests);
        string[] unknown = [.. models.Where(model => !found.Contains(model, StringComparer.Ordinal))];
        return unknown.Length > 0
            ? $"No request has a score of {string.Join(" or ", unknown.Select(static model => $"'{model}'"))}. The data holds: {string.Join(", ", found.Take(60).Select(static model => $"'{model}'"))}."
            : $"{rows} requests have a score of every model of the pool; at least {folds} are needed, one for each part. Leave out models that answered few requests.";
    }
}
