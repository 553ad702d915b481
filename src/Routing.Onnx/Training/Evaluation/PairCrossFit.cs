using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Holds a score for each row of a pair, made by a router that was trained without that row.</summary>
/// <remarks>
/// So training rows can serve as calibration rows too (cross-fitting), which matters when labels are few. The routers behind the scores saw fewer rows than
/// the one trained on all, so they are a little worse: what is concluded from their scores errs on the safe side.
/// </remarks>
public sealed class PairCrossFit
{
    private readonly PairScore[] _scores;

    private PairCrossFit(PairRows rows, PairScore[] scores, int[] folds)
    {
        _scores = scores;
        Rows = rows;
        Scores = [.. scores.Select(static score => score.Need)];
        Folds = [.. folds];
        TellsCosts = Array.TrueForAll(scores, static score => score.ExtraUsd > 0 && double.IsFinite(score.ExtraUsd));
    }

    /// <summary>Gets the rows.</summary>
    public PairRows Rows { get; }

    /// <summary>Gets each row's score, higher where the strong model is needed more.</summary>
    public ImmutableArray<double> Scores { get; }

    /// <summary>Gets whether every router told what the strong model costs in addition; only then rows are ordered by costs from the words, otherwise by costs from the length.</summary>
    public bool TellsCosts { get; }

    /// <summary>Gets the part that each row belongs to, from 0; its score comes from a router trained on the other parts.</summary>
    public ImmutableArray<int> Folds { get; }

    /// <summary>Trains one router for each part, on the other parts.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="others">Further requests that every router may learn from; none of them is scored.</param>
    /// <param name="folds">The number of parts, 2 to 20; questions that are alike fall into the same part.</param>
    /// <param name="seed">Seeds the cut.</param>
    /// <param name="train">Trains a router for <see cref="TrainingTarget.Pair"/> of the two models.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="LabelledDataException">All rows ask the same question.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="folds"/> is not between 2 and 20, or greater than the number of rows.</exception>
    public static PairCrossFit Run(
        PairRows rows, IReadOnlyList<LabelledRequest> others, int folds, int seed, Func<IReadOnlyList<LabelledRequest>, TrainedRouter> train)
    {
        ArgumentNullException.ThrowIfNull(train);
        return Run(rows, others, folds, seed, part =>
        {
            TrainedRouter router = train(part);
            return row => PairScore.Of(router, row);
        });
    }

    /// <summary>Trains something that scores for each part, on the other parts.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="others">Further requests that everything may learn from; none of them is scored.</param>
    /// <param name="folds">The number of parts, 2 to 20; questions that are alike fall into the same part.</param>
    /// <param name="seed">Seeds the cut.</param>
    /// <param name="train">Trains, and returns how a request is scored.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="LabelledDataException">All rows ask the same question.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="folds"/> is not between 2 and 20, or greater than the number of rows.</exception>
    public static PairCrossFit Run(
        PairRows rows, IReadOnlyList<LabelledRequest> others, int folds, int seed,
        Func<IReadOnlyList<LabelledRequest>, Func<LabelledRequest, PairScore>> train)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(others);
        ArgumentNullException.ThrowIfNull(train);
        if (folds < 2 || folds > 20 || folds > rows.Requests.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(folds), folds, $"The number of parts must be between 2 and 20, and at most the number of rows ({rows.Requests.Length}).");
        }

        int[] fold = FoldAssignment.Create(rows.Requests, folds, seed);
        if (fold.Distinct().Count() < 2)
        {
            throw new LabelledDataException("All rows ask the same question, so no part can be held out; give rows with different prompts.");
        }

        PairScore[] scores = new PairScore[fold.Length];
        for (int part = 0; part < folds; part++)
        {
            List<LabelledRequest> training = [.. others];
            for (int i = 0; i < fold.Length; i++)
            {
                if (fold[i] != part)
                {
                    training.Add(rows.Requests[i]);
                }
            }

            Func<LabelledRequest, PairScore> score = train(training);
            for (int i = 0; i < fold.Length; i++)
            {
                scores[i] = fold[i] == part ? score(rows.Requests[i]) : scores[i];
            }
        }

        return new(rows, scores, fold);
    }

    /// <summary>Takes costs from the words only if a router tells them that is to decide by what is learnt here.</summary>
    /// <param name="router">The router, trained on all rows.</param>
    /// <returns>This, or where the routers of the parts told costs and this one does not, the same without them.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="router"/> is null.</exception>
    public PairCrossFit For(TrainedRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        return TellsCosts && !router.TellsCosts ? new(Rows, [.. _scores.Select(static score => new PairScore(score.Need))], [.. Folds]) : this;
    }

    /// <summary>Learns, from all rows, what the strong model is worth for a score.</summary>
    public NeedPerUsd FitNeedPerUsd() => Fit(Rows, Scores.AsSpan());

    /// <summary>Orders the rows by what the strong model is worth on them; for each row that was learnt from the rows of the other parts.</summary>
    public double[] OrderPerUsd()
    {
        double[] order = new double[Scores.Length];
        foreach (int part in Folds.Distinct())
        {
            int[] others = [.. Enumerable.Range(0, Scores.Length).Where(i => Folds[i] != part)];
            NeedPerUsd need = Fit(Rows.Subset(others), [.. others.Select(i => Scores[i])]);
            for (int i = 0; i < order.Length; i++)
            {
                order[i] = Folds[i] == part ? need.Order(_scores[i], Rows.Lengths[i]) : order[i];
            }
        }

        return order;
    }

    /// <summary>Tells how likely the weak model serves each row as well as the strong one; calibrated on the rows of the other parts.</summary>
    /// <returns>One chance for each row, 0 to 1.</returns>
    public double[] ChancesThatWeakSuffices()
    {
        double[] suffices = WeakSuffices(Rows.Outcomes);
        double[] chances = new double[Scores.Length];
        foreach (int part in Folds.Distinct())
        {
            int[] others = [.. Enumerable.Range(0, Scores.Length).Where(i => Folds[i] != part)];
            IsotonicCalibration calibration = IsotonicCalibration.Fit([.. others.Select(i => -Scores[i])], [.. others.Select(i => suffices[i])]);
            for (int i = 0; i < chances.Length; i++)
            {
                chances[i] = Folds[i] == part ? calibration.Apply(-Scores[i]) : chances[i];
            }
        }

        return chances;
    }

    /// <summary>Says on which rows the weak model was at least as good as the strong one.</summary>
    /// <param name="outcomes">What the two models did.</param>
    /// <returns>1 or 0 for each row.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    public static double[] WeakSuffices(PairOutcomes outcomes)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        return [.. outcomes.WeakQuality.Zip(outcomes.StrongQuality, static (weak, strong) => weak >= strong ? 1.0 : 0.0)];
    }

    private NeedPerUsd Fit(PairRows rows, ReadOnlySpan<double> scores) =>
        TellsCosts ? NeedPerUsd.FitByWords(scores, rows.Outcomes) : NeedPerUsd.Fit(scores, rows.Lengths.AsSpan(), rows.Outcomes);
}
