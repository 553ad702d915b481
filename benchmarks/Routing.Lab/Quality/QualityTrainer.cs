using System.Diagnostics;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Lab.Quality;

/// <summary>Trains routers and scores rows with them, and keeps the time of both.</summary>
internal sealed class QualityTrainer(QualityArguments arguments)
{
    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(1);
    private bool _isWarm;

    /// <summary>Gets how many routers are going to be trained, for whoever waits; 0 when nobody knows.</summary>
    public int Planned { get; init; }

    public double TrainSeconds { get; private set; }

    public int Trained { get; private set; }

    public double ScoreSeconds { get; private set; }

    public long Scored { get; private set; }

    public TrainedRouter Train(TrainingTarget target, IReadOnlyList<LabelledRequest> rows, string what)
    {
        var options = new TrainerOptions { Target = target, Seed = arguments.Seed, Threads = arguments.Threads };
        var trainer = new RouterTrainer(arguments.Families is { Length: > 0 } families ? options with { Families = [.. families] } : options);
        long started = Stopwatch.GetTimestamp();
        TrainedRouter router = trainer.Train(rows);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        TrainSeconds += seconds;
        Trained++;
        Console.Error.WriteLine($"{(Planned > 0 ? $"{Trained}/{Planned} " : "")}{what}: {rows.Count} rows in {seconds:0.0} s, held out {router.Report.HeldOut:0.000} ({string.Join(", ", router.Report.Families.Select(static family => $"{family.Family} {family.HeldOut:0.000} x {family.Weight:0.00}"))})");
        foreach (string warning in router.Report.Warnings)
        {
            Console.Error.WriteLine($"  {warning}");
        }

        return router;
    }

    /// <summary>Scores rows, and says what calls are expected to cost; one array for each row.</summary>
    public (double[][] Scores, double[][] CostsUsd) Score(TrainedRouter router, IReadOnlyList<LabelledRequest> rows)
    {
        double[][] scores = [.. rows.Select(_ => new double[router.Outputs.Length])];
        double[][] costs = [.. rows.Select(_ => new double[router.Target.Models.Length])];
        WarmUp(router, rows, scores, costs);

        // The processor's time, not the clock's: others may be at work on the machine.
        TimeSpan before = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < scores.Length; i++)
        {
            router.Score(rows[i], scores[i], costs[i]);
        }

        ScoreSeconds += (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        Scored += scores.Length;
        return (scores, costs);
    }

    // The first calls compile, and so do calls in the background for a while after: their time would be counted, too. Once is enough: rows may come one by one.
    private void WarmUp(TrainedRouter router, IReadOnlyList<LabelledRequest> rows, double[][] scores, double[][] costs)
    {
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; !_isWarm && rows.Count > 0 && Stopwatch.GetElapsedTime(started) < WarmUpTime; i = (i + 1) % rows.Count)
        {
            router.Score(rows[i], scores[i], costs[i]);
        }

        _isWarm |= rows.Count > 0;
    }
}
