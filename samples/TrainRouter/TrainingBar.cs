using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;
using Spectre.Console;

namespace LlmRouting.TrainRouter;

/// <summary>Trains a router behind a progress bar.</summary>
internal static class TrainingBar
{
    public static TrainedRouter Train(TrainingTarget target, Arguments arguments, IReadOnlyList<LabelledRequest> requests, string what, CancellationToken stop) => AnsiConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
        .Start(context =>
        {
            ProgressTask task = context.AddTask(what, maxValue: 1);
            TrainedRouter router = new RouterTrainer(new TrainerOptions { Target = target, Seed = arguments.Seed, EmbeddingModelId = arguments.EmbeddingModel }).Train(requests, new Reporter(task), stop);
            task.Value = 1;
            return router;
        });

    // Told on the training's own thread, unlike Progress<T>, whose reports may come late and out of order.
    private sealed class Reporter(ProgressTask task) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => task.Value = value.Done;
    }
}
