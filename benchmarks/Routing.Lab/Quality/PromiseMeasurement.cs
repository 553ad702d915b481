using System.Globalization;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Lab.Quality;

/// <summary>Measures whether promises are kept: cuts the held-out rows many times into rows to calibrate on and rows to measure on.</summary>
internal static class PromiseMeasurement
{
    // When training rows join, every resplit has nearly the same threshold, and all resplits share the luck of one set of test rows: a set that is harder than the training rows
    // breaks the promise in most of them. With 0.995 at least 98% of simulated sets kept it in 95% of their resplits, with 0.98 as few as 93% (docs/training.md).
    private const double JoinedConfidence = 0.995;

    public static string Run(QualityArguments arguments, double percent, List<PairMeasurement.Tested> tested)
    {
        double loss = 0;
        double saved = 0;
        double weak = 0;
        double bound = 0;
        int kept = 0;
        int joined = 0;
        double calibrated = 0;
        double counted = 0;
        int silent = 0;
        for (int i = 0; i < arguments.Resplits; i++)
        {
            PairMeasurement.Tested one = tested[i % tested.Count];
            int[] rows = [.. Enumerable.Range(0, one.Rows.Outcomes.Count)];
            new Random(arguments.Seed + i).Shuffle(rows);
            int half = rows.Length / 2;
            int few = Few(one, arguments);
            if (few == 0)
            {
                throw new FormatException("There are too few test rows to calibrate on some and to measure on others.");
            }

            double[] scores = [.. rows[..few].Select(row => one.PerUsd[row])];
            PairOutcomes outcomes = one.Rows.Outcomes.Subset(rows.AsSpan(0, few));
            bool isJoined = few < half && one.Training is { } known
                && (arguments.SameFile || Exchangeability.Holds(scores, outcomes, one.TrainingPerUsd, known.Rows.Outcomes));
            if (isJoined && one.Training is { } training)
            {
                outcomes = outcomes.Append(training.Rows.Outcomes);
                scores = [.. scores, .. one.TrainingPerUsd];
                joined++;
            }
            else if (few < half)
            {
                // Training rows that look unlike the test rows are no help: as many test rows calibrate as are measured.
                scores = [.. rows[..half].Select(row => one.PerUsd[row])];
                outcomes = one.Rows.Outcomes.Subset(rows.AsSpan(0, half));
            }

            int[] measured = rows[(isJoined ? few : half)..];
            calibrated += outcomes.Count;
            counted += measured.Length;
            var promise = new LossPromise { MaxLossPercent = percent, Requests = measured.Length };
            PromisedThreshold chosen = PromiseCalibrator.Choose(scores, outcomes, isJoined ? promise with { Confidence = JoinedConfidence } : promise);
            Realised found = Realised.Measure(chosen.Threshold, one.PerUsd, one.Rows.Outcomes, measured);
            silent += chosen.UsesWeak ? 0 : 1;
            loss += found.LossPercent;
            saved += found.SavedPercent;
            weak += found.WeakShare;
            bound += chosen.LossBoundPercent;
            kept += found.LossPercent <= percent ? 1 : 0;
        }

        double count = arguments.Resplits;
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"On average {calibrated / count:0} calibration rows and {counted / count:0} measured; training rows joined the calibration in {joined} of {count} resplits; mean bound {bound / count:0.00}%; everything went to the strong model in {silent}."));
        return new JsonLine()
            .Add("promised", percent, 4)
            .Add("realised_loss", loss / count, 3)
            .Add("saved", saved / count, 2)
            .Add("to_weak", 100 * weak / count, 2)
            .Add("kept", kept / count, 4)
            .ToString();
    }

    // The threshold is as sure as 1 / calibration rows + 1 / measured rows allows, so there should be as many of one as of the other. Training rows that join the
    // calibration leave more test rows to measure on; a fifth of these stays behind, to see whether the training rows look like them.
    private static int Few(PairMeasurement.Tested one, QualityArguments arguments)
    {
        int rows = one.Rows.Outcomes.Count;
        int training = arguments.PoolCalibration ? one.Training?.Rows.Outcomes.Count ?? 0 : 0;
        int few = Math.Max((rows - training) / 2, rows / 5);

        // Joining asks for more confidence. It is worth that where it makes the margin smaller all the same, which the numbers of rows alone tell.
        double joined = NormalDistribution.Quantile(JoinedConfidence) * Math.Sqrt(1.0 / (training + few) + 1.0 / (rows - few));
        double apart = NormalDistribution.Quantile(new LossPromise { MaxLossPercent = 1 }.Confidence) * Math.Sqrt(4.0 / rows);
        return joined < apart ? few : rows / 2;
    }

    private readonly record struct Realised(double LossPercent, double SavedPercent, double WeakShare)
    {
        public static Realised Measure(double threshold, double[] scores, PairOutcomes outcomes, int[] rows)
        {
            double lost = 0;
            double quality = 0;
            double saved = 0;
            double cost = 0;
            int weak = 0;
            foreach (int row in rows)
            {
                quality += outcomes.StrongQuality[row];
                cost += outcomes.StrongCostUsd[row];
                if (scores[row] < threshold)
                {
                    lost += outcomes.StrongQuality[row] - outcomes.WeakQuality[row];
                    saved += outcomes.StrongCostUsd[row] - outcomes.WeakCostUsd[row];
                    weak++;
                }
            }

            return new(quality > 0 ? 100 * lost / quality : 0, 100 * saved / cost, (double)weak / rows.Length);
        }
    }
}
