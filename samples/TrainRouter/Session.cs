using System.Collections.Immutable;
using System.Globalization;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;
using LlmRouting.Onnx.Training.Reports;
using Spectre.Console;

namespace LlmRouting.TrainRouter;

/// <summary>Does what one command asks: reads the requests, trains, measures, shows.</summary>
internal sealed class Session
{
    private readonly Arguments _arguments;
    private readonly CancellationToken _stop;
    private readonly ImmutableArray<LabelledRequest> _data;
    private readonly PairRows _rows;

    public Session(Arguments arguments, CancellationToken stop)
    {
        _arguments = arguments;
        _stop = stop;
        _data = Read(arguments.Data);
        _rows = PairRows.Create(_data, arguments.Strong, arguments.Weak);
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"[bold]{_rows.Outcomes.Count}[/] requests with both models: {arguments.Strong} answers {100 * _rows.Outcomes.MeanStrongQuality:0.0}% well, {arguments.Weak} {100 * _rows.Outcomes.MeanWeakQuality:0.0}%.");
    }

    public void Train()
    {
        TrainedRouter router = TrainOne(_data, "Training");
        var table = new Table().AddColumns("family", "held-out APGR", "weight");
        foreach (FamilyScore family in router.Report.Families)
        {
            table.AddRow(family.Family, Text(family.HeldOut, "0.000"), Text(family.Weight, "0.00"));
        }

        AnsiConsole.Write(table);
        AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, $"The blend: [bold]{router.Report.HeldOut:0.000}[/] (0.5 is what drawing lots gives), in {router.Report.Elapsed.TotalSeconds:0.0} s.");
        if (router.Report.Embedding is { Share: > 0 } embedding)
        {
            Say($"Embeddings of {embedding.Length} numbers count {100 * embedding.Share:0}% beside the words; they lower the error on held-out requests by {100 * embedding.Gain:0.0}%.");
        }

        foreach (string warning in router.Report.Warnings)
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]{warning}[/]");
        }

        if (_arguments.Save is { } file)
        {
            router.Save(file);
            Say($"Saved as {file}.");
        }
    }

    public void Calibrate()
    {
        Unseen unseen = ScoreUnseen();
        PairOutcomes outcomes = unseen.Rows.Outcomes;
        Dictionary<string, double> thresholds = [];
        if (_arguments.WeakShare is { } share)
        {
            thresholds["share"] = ThresholdChoice.ForWeakShare(unseen.Need, share);
            Say($"Needs below {thresholds["share"]:G6} go to {_arguments.Weak}: {100 * share:0.#}% of requests like these.");
        }
        else if (_arguments.BudgetUsd is { } budget)
        {
            if (ThresholdChoice.ForBudget(unseen.PerUsd, outcomes, budget) is { } threshold)
            {
                thresholds[unseen.Order.BudgetName] = threshold;
                unseen.Order.WriteTo(thresholds);
                Say($"Needs per USD below {threshold:G6} go to {_arguments.Weak}: a request costs at most {budget} USD on average.");
            }
            else
            {
                Say($"Even {_arguments.Weak} alone costs more than {budget} USD a request ({outcomes.MeanWeakCostUsd:G4}), or no costs are known.");
            }
        }
        else
        {
            // Without costs the need per USD is the need, on another scale.
            PromisedThreshold promise = PromiseCalibrator.Choose(unseen.PerUsd, outcomes, new() { MaxLossPercent = _arguments.Promise });
            thresholds[unseen.Order.PromiseName] = promise.Threshold;
            unseen.Order.WriteTo(thresholds);
            Say($"At most {_arguments.Promise}% loss, from {promise.Rows} requests. {promise.Note}");
            Say($"Threshold {promise.Threshold:G6} (need per USD); saved {Text(promise.SavedPercent, "0.0")}% of the cost of {_arguments.Strong}.");
        }

        if (_arguments.Save is { } file && unseen.Router is { } router && thresholds.Count > 0)
        {
            router.Save(file, thresholds);
            Say($"Saved as {file}, with the threshold.");
        }
        else if (_arguments.Save is not null)
        {
            Say($"Nothing was saved.");
        }
    }

    public void Evaluate()
    {
        (PairRows rows, double[] need, double[] perUsd, _, _, _) = ScoreUnseen();
        var table = new Table().AddColumns("router", "APGR", "CPT 50%", "CPT 80%", "saved at 1%", "at 2%", "at 5% loss");
        foreach (RouterScores router in Routers(rows, need, perUsd))
        {
            PairMetrics metrics = PairMetrics.From(CostQualityCurve.Create(router.Scores.AsSpan(), rows.Outcomes));
            table.AddRow(router.Name, Text(metrics.Apgr, "0.000"), Text(metrics.Cpt50, "0.0"), Text(metrics.Cpt80, "0.0"), Text(metrics.SavedAt1, "0.0"), Text(metrics.SavedAt2, "0.0"), Text(metrics.SavedAt5, "0.0"));
        }

        AnsiConsole.Write(table);
        var chart = new BarChart().Width(60).Label($"Percent of the cost of {Markup.Escape(_arguments.Strong)} saved at 2% loss").LeftAlignLabel();
        foreach (RouterScores router in Routers(rows, need, perUsd))
        {
            double saved = PairMetrics.From(CostQualityCurve.Create(router.Scores.AsSpan(), rows.Outcomes)).SavedAt2;
            chart.AddItem(router.Name, double.IsNaN(saved) ? 0 : Math.Round(saved, 1), Color.Blue);
        }

        AnsiConsole.Write(chart);
    }

    public void Report()
    {
        (PairRows rows, double[] need, double[] perUsd, double[] chances, _, _) = ScoreUnseen();
        var report = new PairReport(_arguments.Strong, _arguments.Weak, rows.Outcomes, Routers(rows, need, perUsd))
        {
            Promise = PromiseCalibrator.Choose(perUsd, rows.Outcomes, new() { MaxLossPercent = _arguments.Promise }),
            Calibration = CalibrationError.Measure(chances, PairCrossFit.WeakSuffices(rows.Outcomes)),
            Notes = [_arguments.Test is null ? $"Each request was scored by a router that was trained on the other {_arguments.Folds - 1} of {_arguments.Folds} parts." : "The requests are from a file of their own."],
        };
        Directory.CreateDirectory(_arguments.Out);
        Write("report.html", report.ToHtml());
        Write("report.md", report.ToMarkdown());
        Write("quality.svg", report.QualityChart());
        Write("cost.svg", report.CostChart());
        Write("reliability.svg", report.ReliabilityChart());
        Say($"Open {Path.Combine(_arguments.Out, "report.html")}.");
    }

    private static ImmutableArray<RouterScores> Routers(PairRows rows, double[] need, double[] perUsd) =>
    [
        new("need per USD", [.. perUsd]),
        new("need", [.. need]),
        new("prompt length", [.. Baselines.Length(rows.Lengths.AsSpan())]),
        new("drawing lots", [.. Baselines.Random(rows.Outcomes.Count)]),
        new("oracle", [.. Baselines.Oracle(rows.Outcomes)]),
    ];

    /// <summary>Scores requests with routers that did not see them: those of the test file, or each part of the data by a router of the other parts.</summary>
    private Unseen ScoreUnseen()
    {
        LabelledRequest[] others = [.. _data.Where(row => !row.Scores.ContainsKey(_arguments.Strong) || !row.Scores.ContainsKey(_arguments.Weak))];
        int part = 0;
        PairCrossFit crossFit = PairCrossFit.Run(
            _rows, others, _arguments.Folds, _arguments.Seed, training => TrainOne(training, $"Part {++part} of {_arguments.Folds}"));
        if (_arguments.Test is null)
        {
            // The router that is saved must tell the costs that its order takes.
            TrainedRouter? saved = _arguments.Save is null ? null : TrainOne(_data, "Training");
            crossFit = saved is null ? crossFit : crossFit.For(saved);
            return new(_rows, [.. crossFit.Scores], crossFit.OrderPerUsd(), crossFit.ChancesThatWeakSuffices(), crossFit.FitNeedPerUsd(), saved);
        }

        PairRows test = PairRows.Create(Read(_arguments.Test), _arguments.Strong, _arguments.Weak);
        HashSet<string> tested = [.. test.Requests.Select(static row => row.Text ?? row.Id)];
        TrainedRouter all = TrainOne([.. _data.Where(row => !tested.Contains(row.Text ?? row.Id))], "Training");
        PairScore[] scores = [.. test.Requests.Select(row => PairScore.Of(all, row))];
        double[] need = [.. scores.Select(static score => score.Need)];
        IsotonicCalibration chance = IsotonicCalibration.Fit([.. crossFit.Scores.Select(static score => -score)], PairCrossFit.WeakSuffices(_rows.Outcomes));
        NeedPerUsd order = crossFit.For(all).FitNeedPerUsd();
        return new(test, need, order.Order(scores, test.Lengths.AsSpan()), [.. need.Select(score => chance.Apply(-score))], order, all);
    }

    private TrainedRouter TrainOne(IReadOnlyList<LabelledRequest> requests, string what) =>
        TrainingBar.Train(TrainingTarget.Pair(_arguments.Strong, _arguments.Weak), _arguments, requests, what, _stop);

    public static ImmutableArray<LabelledRequest> Read(string path)
    {
        LabelledData data = new LabelledRequestReader().Read([path]);
        foreach (RejectedLine line in data.Rejected.Take(3))
        {
            AnsiConsole.MarkupLineInterpolated($"[yellow]Left out: {line}[/]");
        }

        return data.Requests;
    }

    private static void Say(FormattableString line) => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, line);

    private static string Text(double value, string format) => double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);

    private void Write(string name, string? content)
    {
        if (content is not null)
        {
            File.WriteAllText(Path.Combine(_arguments.Out, name), content);
        }
    }

    /// <summary>Requests, how routers that did not see them scored them, and the order and the router that belong to a threshold of these scores; no router where nothing is saved and each part had its own.</summary>
    private sealed record Unseen(PairRows Rows, double[] Need, double[] PerUsd, double[] Chances, NeedPerUsd Order, TrainedRouter? Router);
}
