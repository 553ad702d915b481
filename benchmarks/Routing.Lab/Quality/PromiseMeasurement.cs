using System.Globalization;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Lab.Quality;

/// <summary>Measures whether promises are kept: cuts the held-out rows many times into rows to calibrate on and rows to measure on.</summary>
internal static class PromiseMeasurement
{
    public static string Run(QualityArguments arguments, double percent, List<PairMeasurement.Tested> tested)
    {
        double loss = 0;
        double saved = 0;
        double weak = 0;
        double bound = 0;
        int kept = 0;
        int pooled = 0;
        int silent = 0;
        for (int i = 0; i < arguments.Resplits; i++)
        {
            PairMeasurement.Tested one = tested[i % tested.Count];
            int[] rows = [.. Enumerable.Range(0, one.Rows.Outcomes.Count)];
            new Random(arguments.Seed + i).Shuffle(rows);
            int cut = Calibrating(one, arguments);
            int[] calibration = rows[..cut];
            int[] measured = rows[cut..];
            if (calibration.Length == 0)
            {
                throw new FormatException("There are too few test rows to calibrate on some and to measure on others.");
            }

            double[] scores = [.. calibration.Select(row => one.PerUsd[row])];
            PairOutcomes outcomes = one.Rows.Outcomes.Subset(calibration);
            if (arguments.PoolCalibration && one.Training is { } training
                && (arguments.SameFile || Exchangeability.Holds(scores, outcomes, one.TrainingPerUsd, training.Rows.Outcomes)))
            {
                outcomes = outcomes.Append(training.Rows.Outcomes);
                scores = [.. scores, .. one.TrainingPerUsd];
                pooled++;
            }

            PromisedThreshold chosen = PromiseCalibrator.Choose(scores, outcomes, new() { MaxLossPercent = percent, Requests = measured.Length });
            Realised found = Realised.Measure(chosen.Threshold, one.PerUsd, one.Rows.Outcomes, measured);
            silent += chosen.UsesWeak ? 0 : 1;
            loss += found.LossPercent;
            saved += found.SavedPercent;
            weak += found.WeakShare;
            bound += chosen.LossBoundPercent;
            kept += found.LossPercent <= percent ? 1 : 0;
        }

        double count = arguments.Resplits;
        int cutAt = Calibrating(tested[0], arguments);
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{cutAt} calibration rows, {tested[0].Rows.Outcomes.Count - cutAt} measured; training rows joined the calibration in {pooled} of {count} resplits; mean bound {bound / count:0.00}%; everything went to the strong model in {silent}."));
        return new JsonLine()
            .Add("promised", percent, 4)
            .Add("realised_loss", loss / count, 3)
            .Add("saved", saved / count, 2)
            .Add("to_weak", 100 * weak / count, 2)
            .Add("kept", kept / count, 4)
            .ToString();
    }

    // Where training rows may help to calibrate, more of the held-out rows are left to measure on; otherwise both need as many.
    private static int Calibrating(PairMeasurement.Tested one, QualityArguments arguments) =>
        one.Rows.Outcomes.Count / (one.Training is not null && arguments.PoolCalibration ? 3 : 2);

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
