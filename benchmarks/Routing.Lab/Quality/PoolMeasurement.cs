using System.Collections.Immutable;
using System.Globalization;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Lab.Quality;

/// <summary>Measures a router that chooses among all models.</summary>
internal static class PoolMeasurement
{
    // A model that answered fewer of the test rows than this would cost too many rows: only rows that every model of the pool answered can be compared.
    private const double LeastShare = 0.95;

    public static string Run(QualityArguments arguments, ImmutableArray<LabelledRequest> train, ImmutableArray<LabelledRequest> test)
    {
        ImmutableArray<string> models = Models(arguments, train, test);
        bool IsUsable(LabelledRequest row) => models.All(row.Scores.ContainsKey);
        List<QualityCut> cuts = QualityCut.Create(arguments, train, test, IsUsable);
        var trainer = new QualityTrainer(arguments);
        List<double[][]> quality = [];
        List<double[][]> expected = [];
        List<LabelledRequest> rows = [];
        List<PoolEvaluation> evaluations = [];
        bool crossValidated = arguments.SameFile && arguments.Folds is not null;
        foreach (QualityCut cut in cuts)
        {
            TrainedRouter router = trainer.Train(TrainingTarget.Pool(models), cut.Train, "trained");
            double[][] predicted = Turn(trainer.Score(router, cut.Test), models.Length);
            double[][] costs = [.. models.Select(model => Expected(model, cut))];
            if (!crossValidated)
            {
                evaluations.Add(PoolEvaluation.Create(predicted, costs, Outcomes(models, cut.Test)));
            }

            quality.Add(predicted);
            expected.Add(costs);
            rows.AddRange(cut.Test);
        }

        if (crossValidated)
        {
            evaluations.Add(PoolEvaluation.Create(Join(quality), Join(expected), Outcomes(models, rows)));
        }

        PoolEvaluation first = evaluations[0];
        PoolOutcomes outcomes = Outcomes(models, crossValidated ? rows : cuts[0].Test);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"model",-44}{"quality",9}{"USD/1000",11}"));
        for (int model = 0; model < models.Length; model++)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{models[model],-44}{outcomes.MeanQuality[model],9:0.000}{1000 * outcomes.MeanCostUsd[model],11:0.0000}"));
        }

        double[][] flat = [.. outcomes.MeanQuality.Select(mean => Enumerable.Repeat(mean, outcomes.Count).ToArray())];
        double[][] flatCost = [.. outcomes.MeanCostUsd.Select(mean => Enumerable.Repeat(mean, outcomes.Count).ToArray())];
        PoolEvaluation blind = PoolEvaluation.Create(flat, flatCost, outcomes);
        PoolEvaluation oracle = PoolEvaluation.Create(outcomes.Quality, [.. outcomes.CostUsd.Select(static column => column.ToArray())], outcomes);
        foreach ((string name, PoolEvaluation evaluation) in new[] { ("router", first), ("best single model at each cost", blind), ("oracle", oracle) })
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-34} quality {evaluation.Quality:0.000}, AIQ {evaluation.Aiq:0.000}, saved at 0% {evaluation.SavedAt0:0.0}, 1% {evaluation.SavedAt1:0.0}, 5% {evaluation.SavedAt5:0.0}"));
        }

        return new JsonLine()
            .Add("n", first.Count, 0)
            .Add("best_single", first.BestSingle)
            .Add("quality", evaluations.Average(static e => e.Quality), 4)
            .Add("aiq", evaluations.Average(static e => e.Aiq), 4)
            .Add("saved_at_0pct", evaluations.Average(static e => e.SavedAt0), 2)
            .Add("saved_at_1pct", evaluations.Average(static e => e.SavedAt1), 2)
            .Add("saved_at_5pct", evaluations.Average(static e => e.SavedAt5), 2)
            .ToString();
    }

    private static ImmutableArray<string> Models(QualityArguments arguments, ImmutableArray<LabelledRequest> train, ImmutableArray<LabelledRequest> test)
    {
        HashSet<string> known = [.. PairRows.ModelsOf(train)];
        ImmutableArray<string> tested = PairRows.ModelsOf(test);
        foreach (string model in arguments.Models)
        {
            if (!known.Contains(model) || !tested.Contains(model))
            {
                throw new LabelledDataException($"--models names '{model}', which is not in both files. Both hold: {string.Join(", ", tested.Where(known.Contains).Select(static name => $"'{name}'"))}.");
            }
        }

        int scored = test.Count(static row => row.Scores.Count > 0);
        ImmutableArray<string> models = arguments.Models.Length > 0 ? [.. arguments.Models] :
        [
            .. tested.Where(model => known.Contains(model)
                && test.Count(row => row.Scores.ContainsKey(model)) >= LeastShare * scored
                && test.Any(row => row.Costs.GetValueOrDefault(model) is >= 0)),
        ];
        if (models.Length < 2)
        {
            throw new LabelledDataException($"A pool needs at least two models with scores and costs in both files; there are {models.Length}. The test file holds: {string.Join(", ", tested.Select(static name => $"'{name}'"))}.");
        }

        return models;
    }

    private static double[] Expected(string model, QualityCut cut)
    {
        LabelledRequest[] priced = [.. cut.Train.Where(row => row.Costs.GetValueOrDefault(model) is not null)];
        CostEstimate estimate = CostEstimate.Fit([.. priced.Select(static row => row.Text?.Length ?? 0)], [.. priced.Select(row => row.Costs[model] ?? double.NaN)]);
        return [.. cut.Test.Select(row => estimate.Expected(row.Text?.Length ?? 0))];
    }

    private static PoolOutcomes Outcomes(ImmutableArray<string> models, IReadOnlyList<LabelledRequest> rows) => new(
        models,
        [.. models.Select(model => rows.Select(row => row.Scores[model]).ToArray())],
        [.. models.Select(model => rows.Select(row => row.Costs.GetValueOrDefault(model) ?? double.NaN).ToArray())]);

    private static double[][] Turn(double[][] byRow, int models) =>
        [.. Enumerable.Range(0, models).Select(model => byRow.Select(row => row[model]).ToArray())];

    private static double[][] Join(List<double[][]> parts) =>
        [.. Enumerable.Range(0, parts[0].Length).Select(model => parts.SelectMany(part => part[model]).ToArray())];
}
