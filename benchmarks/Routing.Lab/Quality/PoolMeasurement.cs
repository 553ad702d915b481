using System.Collections.Immutable;
using System.Globalization;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Lab.Quality;

/// <summary>Measures a router that chooses among all models.</summary>
internal static class PoolMeasurement
{
    // A model that answered fewer of the test rows than this would cost too many rows: only rows that every model of the pool answered can be compared.
    private const double LeastShare = 0.95;

    // Enough for a slope for each model; more folds cost time and change little.
    private const int CrossFit = 3;
    private const int LeastToCalibrate = 200;

    public static string Run(QualityArguments arguments, ImmutableArray<LabelledRequest> train, ImmutableArray<LabelledRequest> test)
    {
        ImmutableArray<string> models = Models(arguments, train, test);
        bool IsUsable(LabelledRequest row) => models.All(row.Scores.ContainsKey);
        List<QualityCut> cuts = QualityCut.Create(arguments, train, test, IsUsable);
        bool crossValidated = arguments.SameFile && arguments.Folds is not null;
        int inner = arguments.CrossFit ?? CrossFit;
        var trainer = new QualityTrainer(arguments) { Planned = cuts.Count * (crossValidated ? 1 : 1 + inner) };
        List<PoolPredictions> parts = [];
        List<PoolEvaluation> evaluations = [];
        foreach (QualityCut cut in cuts)
        {
            PoolPredictions predictions = PoolPredictions.Make(trainer, models, cut, parts.Count, "trained");
            parts.Add(predictions);
            if (!crossValidated)
            {
                CrossFitted(trainer, models, cut, inner, arguments.Seed)?.Apply(predictions.Quality);
                evaluations.Add(PoolEvaluation.Create(predictions.Quality, predictions.Cost, predictions.Outcomes(models)));
            }
        }

        PoolPredictions tested = crossValidated ? PoolPredictions.Join(parts) : parts[0];
        if (crossValidated)
        {
            tested.CorrectEachPart(models);
            evaluations.Add(PoolEvaluation.Create(tested.Quality, tested.Cost, tested.Outcomes(models)));
        }

        PoolEvaluation first = evaluations[0];
        PoolOutcomes outcomes = tested.Outcomes(models);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"model",-44}{"quality",9}{"USD/1000",11}"));
        for (int model = 0; model < models.Length; model++)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{models[model],-44}{outcomes.MeanQuality[model],9:0.000}{1000 * outcomes.MeanCostUsd[model],11:0.0000}"));
        }

        double[][] flat = [.. outcomes.MeanQuality.Select(mean => Enumerable.Repeat(mean, outcomes.Count).ToArray())];
        double[][] flatCost = [.. outcomes.MeanCostUsd.Select(mean => Enumerable.Repeat(mean, outcomes.Count).ToArray())];
        PoolEvaluation blind = PoolEvaluation.Create(flat, flatCost, outcomes);
        PoolEvaluation byLength = PoolEvaluation.Create(tested.Quality, tested.CostByLength, outcomes);
        PoolEvaluation oracle = PoolEvaluation.Create(outcomes.Quality, [.. outcomes.CostUsd.Select(static column => column.ToArray())], outcomes);
        foreach ((string name, PoolEvaluation evaluation) in new[] { ("router", first), ("router, costs by length", byLength), ("best single model at each cost", blind), ("oracle", oracle) })
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
                && test.Any(row => row.Costs.GetValueOrDefault(model) is >= 0)
                && train.Any(row => row.Costs.GetValueOrDefault(model) is >= 0)),
        ];
        if (models.Length < 2)
        {
            throw new LabelledDataException($"A pool needs at least two models with scores and costs in both files; there are {models.Length}. The test file holds: {string.Join(", ", tested.Select(static name => $"'{name}'"))}.");
        }

        return models;
    }

    // Training rows, predicted by routers that did not see them; null where too few have every model's result.
    private static PoolCalibration? CrossFitted(QualityTrainer trainer, ImmutableArray<string> models, QualityCut cut, int folds, int seed)
    {
        LabelledRequest[] whole = [.. cut.Train.Where(row => models.All(row.Scores.ContainsKey))];
        LabelledRequest[] others = [.. cut.Train.Where(row => !models.All(row.Scores.ContainsKey))];
        if (whole.Length < LeastToCalibrate)
        {
            return null;
        }

        int[] fold = FoldAssignment.Create(whole, folds, seed);
        PoolPredictions[] parts = [.. fold.Distinct().Order().Select(part => PoolPredictions.Make(
            trainer, models, new QualityCut([.. others, .. whole.Where((_, i) => fold[i] != part)], [.. whole.Where((_, i) => fold[i] == part)]), part, "cross-fitted"))];
        return parts.Length > 1 ? PoolPredictions.Join(parts).Calibrate(models) : null;
    }
}
