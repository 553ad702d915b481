using System.Diagnostics;
using System.Globalization;
using LlmRouting.Core.Tests.Chaos;

namespace LlmRouting.Lab;

/// <summary>Lets chaos go on, and watches the memory.</summary>
internal static class SoakCommand
{
    private const int Batch = 4_000;

    public static int Run(string[] arguments)
    {
        double minutes = 10;
        if (arguments is not ([] or ["--minutes", _])
            || (arguments.Length == 2 && !(double.TryParse(arguments[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out minutes) && minutes > 0)))
        {
            Console.Error.WriteLine("soak [--minutes <n, 10>]: prints the heap after full collections, in bytes, and its slope over the second half.");
            return 2;
        }

        // Callers who give up, faults that every request meets and second attempts take the paths on which something could be left behind.
        using ChaosWorld world = new(ChaosProfile.Find("soak")!, seed: 1, static pipeline => pipeline.Execution = pipeline.Execution with // not null: the profile is built in
        {
            Health = ChaosWorld.NeverPassedOver,
            Hedging = ChaosWorld.HedgeOften,
        });
        using Process process = Process.GetCurrentProcess();
        List<(double Minutes, long Heap)> samples = [];
        long requests = 0;
        int wrong = 0;
        int handlesAtStart = 0;
        long started = Stopwatch.GetTimestamp();
        double elapsed;
        do
        {
            ChaosTally tally = world.Run(requests, Batch);
            requests += Batch;
            wrong += tally.Lost + tally.Duplicated + tally.TruncatedSilent + tally.Drifting + tally.Miscounted;
            elapsed = Stopwatch.GetElapsedTime(started).TotalMinutes;
            samples.Add((elapsed, GC.GetTotalMemory(forceFullCollection: true)));
            process.Refresh();
            handlesAtStart = handlesAtStart == 0 ? process.HandleCount : handlesAtStart;
            if (samples.Count % 20 == 1)
            {
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elapsed:0.0} min, {requests} requests, heap {samples[^1].Heap}"));
            }
        }
        while (elapsed < minutes);

        (double Minutes, long Heap)[] settled = [.. samples.Skip(samples.Count / 2)];
        double slope = Slope(settled);
        int inFlight = world.Client.Router.Registry.Current.Models.Sum(static model => model.Endpoints.Sum(static endpoint => endpoint.InFlight));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"minutes\":{elapsed:0.00},\"requests\":{requests},\"wrong\":{wrong},\"heap_start\":{samples[0].Heap},\"heap_mid\":{samples[samples.Count / 2].Heap},"
            + $"\"heap_end\":{samples[^1].Heap},\"slope_bytes_per_minute\":{slope:0},\"slope_bytes_per_request\":{slope * elapsed / requests:0.###},"
            + $"\"gen2\":{GC.CollectionCount(2)},\"handles_start\":{handlesAtStart},\"handles_end\":{process.HandleCount},\"timers\":{world.Clock.ActiveTimers},\"in_flight\":{inFlight}}}"));
        return wrong == 0 && inFlight == 0 ? 0 : 1;
    }

    /// <summary>Fits a line by least squares.</summary>
    private static double Slope((double Minutes, long Heap)[] samples)
    {
        if (samples.Length < 2)
        {
            return 0;
        }

        double meanTime = samples.Average(static sample => sample.Minutes);
        double meanHeap = samples.Average(static sample => (double)sample.Heap);
        double spread = samples.Sum(sample => (sample.Minutes - meanTime) * (sample.Minutes - meanTime));
        return spread == 0 ? 0 : samples.Sum(sample => (sample.Minutes - meanTime) * (sample.Heap - meanHeap)) / spread;
    }
}
