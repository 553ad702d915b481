using System.Collections.Immutable;
using System.Globalization;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Lab.Quality;

/// <summary>Measures a router for two models, or what becomes of a promise.</summary>
internal static class PairMeasurement
{
    // Routers of four fifths of the rows score much like the one of all rows, whose promise their scores help to calibrate.
    private const int CrossFit = 5;

    /// <summary>What was found on one set of test rows: how they were scored, and in which order they should go to the strong model for the money.</summary>
    internal sealed record Tested(PairRows Rows, double[] Need, double[] PerUsd, PairCrossFit? Training, double[] TrainingPerUsd);

    public static string Run(QualityArguments arguments, ImmutableArray<LabelledRequest> train, ImmutableArray<LabelledRequest> test)
    {
        _ = PairRows.Create(test, arguments.Strong, arguments.Weak); // a wrong name is said before anything is trained
        bool HasPair(LabelledRequest row) => row.Scores.ContainsKey(arguments.Strong) && row.Scores.ContainsKey(arguments.Weak);
        if (!arguments.SameFile && !train.Any(HasPair) && StandIns.For(train, arguments.Strong, arguments.Weak) is { IsEmpty: false } standIns)
        {
            Console.Error.WriteLine("No training request was answered by both models: the best and the worst of the models that answered stand in for them.");
            train = standIns;
        }

        _ = PairRows.Create(train, arguments.Strong, arguments.Weak);
        List<QualityCut> cuts = QualityCut.Create(arguments, train, test, HasPair);
        var trainer = new QualityTrainer(arguments) { Planned = cuts.Count };
        List<Tested> tested = arguments.SameFile && arguments.Folds is not null && !arguments.ByGroup
            ? [CrossValidate(arguments, trainer, cuts, train)]
            : [.. cuts.Select(cut => Measure(arguments, trainer, cut))];
        if (arguments.Scores is { } file)
        {
            File.WriteAllLines(file, tested.SelectMany(static one => one.Rows.Requests.Select((request, i) => string.Create(
                CultureInfo.InvariantCulture,
                $"{request.Id.Replace(',', ';')},{one.Need[i]:R},{one.PerUsd[i]:R},{one.Rows.Outcomes.StrongQuality[i]},{one.Rows.Outcomes.WeakQuality[i]},{one.Rows.Outcomes.StrongCostUsd[i]:R},{one.Rows.Outcomes.WeakCostUsd[i]:R},{one.Rows.Lengths[i]}"))));
        }

        return arguments.Promise is { } percent
            ? PromiseMeasurement.Run(arguments, percent, tested)
            : Line(arguments, trainer, tested);
    }

    private static Tested Measure(QualityArguments arguments, QualityTrainer trainer, QualityCut cut)
    {
        PairRows rows = PairRows.Create(cut.Test, arguments.Strong, arguments.Weak);
        PairRows trainingRows = PairRows.Create(cut.Train, arguments.Strong, arguments.Weak);
        LabelledRequest[] others = [.. cut.Train.Except(trainingRows.Requests, ReferenceEqualityComparer.Instance).Cast<LabelledRequest>()];
        TrainingTarget target = TrainingTarget.Pair(arguments.Strong, arguments.Weak);
        TrainedRouter router = trainer.Train(target, cut.Train, "trained");
        PairScore[] scores = Score(trainer, router, rows.Requests);

        // Its routers are not the one that is measured, so their time is not counted.
        int folds = Math.Min(arguments.CrossFit ?? CrossFit, trainingRows.Requests.Length);
        var aside = new QualityTrainer(arguments) { Planned = folds };
        PairCrossFit crossFit = PairCrossFit.Run(trainingRows, others, folds, arguments.Seed, part => aside.Train(target, part, "cross-fitted")).For(router);
        double[] perUsd = crossFit.FitNeedPerUsd().Order(scores, rows.Lengths.AsSpan());
        return new(rows, [.. scores.Select(static score => score.Need)], perUsd, crossFit, crossFit.OrderPerUsd());
    }

    private static Tested CrossValidate(QualityArguments arguments, QualityTrainer trainer, List<QualityCut> cuts, ImmutableArray<LabelledRequest> all)
    {
        PairRows rows = PairRows.Create(all, arguments.Strong, arguments.Weak);
        LabelledRequest[] others = [.. all.Except(rows.Requests, ReferenceEqualityComparer.Instance).Cast<LabelledRequest>()];
        PairCrossFit crossFit = PairCrossFit.Run(rows, others, cuts.Count, arguments.Seed, part =>
        {
            TrainedRouter router = trainer.Train(TrainingTarget.Pair(arguments.Strong, arguments.Weak), part, "trained");
            return row => Score(trainer, router, [row])[0];
        });
        return new(rows, [.. crossFit.Scores], crossFit.OrderPerUsd(), null, []);
    }

    private static PairScore[] Score(QualityTrainer trainer, TrainedRouter router, IReadOnlyList<LabelledRequest> rows)
    {
        (double[][] scores, double[][] costs) = trainer.Score(router, rows);
        return [.. scores.Zip(costs, static (outputs, usd) => PairScore.From(outputs, usd))];
    }

    private static string Line(QualityArguments arguments, QualityTrainer trainer, List<Tested> tested)
    {
        List<PairMetrics> router = [];
        List<PairMetrics> plain = [];
        List<PairMetrics> length = [];
        List<PairMetrics> random = [];
        List<PairMetrics> oracle = [];
        foreach (Tested one in tested)
        {
            PairMetrics need = Of(one.Need, one.Rows.Outcomes);
            PairMetrics perUsd = Of(one.PerUsd, one.Rows.Outcomes);
            plain.Add(need);

            // Calls are saved by need; money is saved by need per USD.
            router.Add(perUsd with { Apgr = need.Apgr, Cpt50 = need.Cpt50, Cpt80 = need.Cpt80 });
            length.Add(Of(Baselines.Length(one.Rows.Lengths.AsSpan()), one.Rows.Outcomes));
            random.Add(Of(Baselines.Random(one.Rows.Outcomes.Count), one.Rows.Outcomes));
            oracle.Add(Of(Baselines.Oracle(one.Rows.Outcomes), one.Rows.Outcomes));
        }

        PairEvaluation first = PairEvaluation.Create(tested[0].Need, tested[0].Rows.Outcomes, arguments.Seed);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{"",-24}{"APGR",8}{"CPT50",8}{"CPT80",8}{"saved@0",9}{"@1%",8}{"@2%",8}{"@5%",8}"));
        Row("router", router);
        Row("  by need alone", plain);
        Row("prompt length", length);
        Row("random", random);
        Row("oracle", oracle);
        PairOutcomes outcomes = tested[0].Rows.Outcomes;
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"always strong: quality {outcomes.MeanStrongQuality:0.000}, saves 0%; always weak: quality {outcomes.MeanWeakQuality:0.000} ({100 * (1 - outcomes.MeanWeakQuality / outcomes.MeanStrongQuality):0.0}% loss), saves {100 * (1 - outcomes.MeanWeakCostUsd / outcomes.MeanStrongCostUsd):0.0}%"));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"APGR of the first test, 95% interval: {first.Apgr.Low:0.000} to {first.Apgr.High:0.000}"));
        return new JsonLine()
            .Add("n", tested[0].Rows.Outcomes.Count, 0)
            .Add("strong", arguments.Strong)
            .Add("weak", arguments.Weak)
            .Add("apgr", router.Average(static metrics => metrics.Apgr), 4)
            .Add("cpt50", router.Average(static metrics => metrics.Cpt50), 2)
            .Add("cpt80", router.Average(static metrics => metrics.Cpt80), 2)
            .Add("saved_at_1pct", router.Average(static metrics => metrics.SavedAt1), 2)
            .Add("saved_at_2pct", router.Average(static metrics => metrics.SavedAt2), 2)
            .Add("saved_at_5pct", router.Average(static metrics => metrics.SavedAt5), 2)
            .Add("train_seconds", trainer.TrainSeconds / trainer.Trained, 2)
            .Add("score_us", 1e6 * trainer.ScoreSeconds / trainer.Scored, 2)
            .ToString();
    }

    private static PairMetrics Of(double[] scores, PairOutcomes outcomes) => PairMetrics.From(CostQualityCurve.Create(scores, outcomes));

    private static void Row(string name, List<PairMetrics> metrics) => Console.Error.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-24}{metrics.Average(static m => m.Apgr),8:0.000}{metrics.Average(static m => m.Cpt50),8:0.0}{metrics.Average(static m => m.Cpt80),8:0.0}{metrics.Average(static m => m.SavedAt0),9:0.0}{metrics.Average(static m => m.SavedAt1),8:0.0}{metrics.Average(static m => m.SavedAt2),8:0.0}{metrics.Average(static m => m.SavedAt5),8:0.0}"));
}
