using System.Collections.Immutable;
using System.Globalization;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;
using Spectre.Console;

namespace LlmRouting.TrainRouter;

/// <summary>Calibrates a router that chooses among a pool of models.</summary>
internal static class PoolSession
{
    public static void Calibrate(Arguments arguments, ImmutableArray<LabelledRequest> data, CancellationToken stop)
    {
        var target = TrainingTarget.Pool(arguments.Models);
        int part = 0;
        var crossFit = PoolCrossFit.Run(data, arguments.Models, arguments.Folds, arguments.Seed,
            rows => TrainingBar.Train(target, arguments, rows, $"Part {++part} of {arguments.Folds}", stop));
        TrainedRouter? router = arguments.Save is null ? null : TrainingBar.Train(target, arguments, data, "Training", stop);
        crossFit = router is null ? crossFit : crossFit.For(router); // the router that is saved must tell the costs that its choice takes
        if (crossFit.Choose(arguments.Loss) is not { } choice)
        {
            Say($"No choice among the pool stays within {arguments.Loss}% of its best model on {crossFit.Outcomes.Count} requests; use {crossFit.Outcomes.Models[crossFit.Outcomes.BestSingle]} alone. Nothing was saved.");
            return;
        }

        PoolEvaluation measured = crossFit.Evaluate(choice);
        PoolPoint at = measured.Points.MinBy(point => Math.Abs(point.QualityPerUsd - choice.QualityPerUsd));
        Say($"{measured.Count} requests; the best single model is {measured.BestSingle}, quality {measured.BestSingleQuality:0.000}.");
        Say($"One USD must buy {choice.QualityPerUsd:G4} quality: quality {at.Quality:0.000} at {at.CostUsd:G4} USD a request. An estimate on these requests, not a promise.");
        if (arguments.Save is { } file && router is not null)
        {
            Dictionary<string, double> thresholds = [];
            choice.WriteTo(thresholds);
            router.Save(file, thresholds);
            Say($"Saved as {file}, with the choice.");
        }
    }

    private static void Say(FormattableString line) => AnsiConsole.MarkupLineInterpolated(CultureInfo.InvariantCulture, line);
}
