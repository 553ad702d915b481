using System.Collections.Immutable;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Lab.Quality;

/// <summary>Holds what routers said of rows that they were not trained on.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="Quality">Predicted quality by model, then row.</param>
/// <param name="Cost">Expected cost by model, then row, in USD, as a host expects it: by the router, or from the length where it tells none.</param>
/// <param name="CostByLength">The same from the length alone.</param>
/// <param name="Folds">Each row's part, from 0.</param>
internal sealed record PoolPredictions(ImmutableArray<LabelledRequest> Rows, double[][] Quality, double[][] Cost, double[][] CostByLength, int[] Folds)
{
    public static PoolPredictions Make(QualityTrainer trainer, ImmutableArray<string> models, QualityCut cut, int fold, string what)
    {
        TrainedRouter router = trainer.Train(TrainingTarget.Pool(models), cut.Train, what);
        (double[][] scores, double[][] costs) = trainer.Score(router, cut.Test);
        double[][] byLength = [.. models.Select(model => ByLength(model, cut))];
        return new([.. cut.Test], Turn(scores, models.Length), router.TellsCosts ? Turn(costs, models.Length) : byLength, byLength, [.. Enumerable.Repeat(fold, cut.Test.Count)]);
    }

    public static PoolPredictions Join(IReadOnlyList<PoolPredictions> parts) => new(
        [.. parts.SelectMany(static part => part.Rows)],
        [.. Enumerable.Range(0, parts[0].Quality.Length).Select(model => parts.SelectMany(part => part.Quality[model]).ToArray())],
        [.. Enumerable.Range(0, parts[0].Cost.Length).Select(model => parts.SelectMany(part => part.Cost[model]).ToArray())],
        [.. Enumerable.Range(0, parts[0].Cost.Length).Select(model => parts.SelectMany(part => part.CostByLength[model]).ToArray())],
        [.. parts.SelectMany(static part => part.Folds)]);

    /// <summary>Learns a correction from these rows.</summary>
    public PoolCalibration Calibrate(ImmutableArray<string> models) => PoolCalibration.Fit(Quality, Cost, Outcomes(models), Folds);

    /// <summary>Corrects each part by what was learnt from the other parts.</summary>
    public void CorrectEachPart(ImmutableArray<string> models)
    {
        // All corrections are learnt before the first is applied.
        (PoolPredictions Part, int[] At, PoolCalibration Calibration)[] parts = [.. Folds.Distinct().Select(fold =>
        {
            int[] at = [.. Enumerable.Range(0, Folds.Length).Where(row => Folds[row] == fold)];
            return (Subset(at), at, Subset([.. Enumerable.Range(0, Folds.Length).Where(row => Folds[row] != fold)]).Calibrate(models));
        })];
        foreach ((PoolPredictions part, int[] at, PoolCalibration calibration) in parts)
        {
            calibration.Apply(part.Quality);
            for (int model = 0; model < models.Length; model++)
            {
                for (int i = 0; i < at.Length; i++)
                {
                    Quality[model][at[i]] = part.Quality[model][i];
                }
            }
        }
    }

    public PoolOutcomes Outcomes(ImmutableArray<string> models) => new(
        models,
        [.. models.Select(model => Rows.Select(row => row.Scores[model]).ToArray())],
        [.. models.Select(model => Rows.Select(row => row.Costs.GetValueOrDefault(model) ?? double.NaN).ToArray())]);

    private PoolPredictions Subset(int[] rows) => new(
        [.. rows.Select(row => Rows[row])],
        [.. Quality.Select(column => rows.Select(row => column[row]).ToArray())],
        [.. Cost.Select(column => rows.Select(row => column[row]).ToArray())],
        [.. CostByLength.Select(column => rows.Select(row => column[row]).ToArray())],
        [.. rows.Select(row => Folds[row])]);

    private static double[] ByLength(string model, QualityCut cut)
    {
        LabelledRequest[] priced = [.. cut.Train.Where(row => row.Costs.GetValueOrDefault(model) is >= 0 and < double.PositiveInfinity)];
        CostEstimate estimate = CostEstimate.FitTotal([.. priced.Select(LengthOf)], [.. priced.Select(row => row.Costs[model]!.Value)]); // chosen for having one
        return [.. cut.Test.Select(row => estimate.Expected(LengthOf(row)))];
    }

    private static int LengthOf(LabelledRequest row) => row.Text?.Length ?? 0;

    private static double[][] Turn(double[][] byRow, int models) =>
        [.. Enumerable.Range(0, models).Select(model => byRow.Select(row => row[model]).ToArray())];
}
