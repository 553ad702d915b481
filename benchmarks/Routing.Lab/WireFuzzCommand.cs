using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LlmRouting.Providers.Fuzzing;

namespace LlmRouting.Lab;

// Lets the adapters read broken answers, and reports what they made of them; one line of JSON for each adapter.
internal static class WireFuzzCommand
{
    private const int MaxProblemsShown = 10;

    internal static async Task<int> RunAsync(string[] args)
    {
        int count = Number(args, "--count", 100_000);
        int seed = Number(args, "--seed", 1);
        int adapter = Array.IndexOf(args, "--adapter");
        string[] adapters = adapter >= 0 && adapter + 1 < args.Length ? [args[adapter + 1]] : WireFuzzRun.Adapters;
        if (adapters.Except(WireFuzzRun.Adapters).FirstOrDefault() is string unknown)
        {
            Console.Error.WriteLine($"There is no adapter '{unknown}'; it is one of {string.Join(", ", WireFuzzRun.Adapters)}.");
            return 2;
        }

        bool failed = false;
        foreach (string name in adapters)
        {
            using WireFuzzRun run = new(name, seed);
            long start = Stopwatch.GetTimestamp();
            WireFuzzReport report = await run.RunAsync(count);
            failed |= report.Problems.Count > 0;
            foreach (string problem in report.Problems.Take(MaxProblemsShown))
            {
                Console.Error.WriteLine(problem);
            }

            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"adapter\":\"{name}\",\"cases\":{report.Cases},\"seed\":{seed},\"answers\":{report.Answers},\"failures\":{JsonSerializer.Serialize(report.Failures)},"
                + $"\"problems\":{report.Problems.Count},\"slowestMs\":{report.Slowest.TotalMilliseconds:0.0},\"seconds\":{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0}}}"));
        }

        return failed ? 1 : 0;
    }

    private static int Number(string[] args, string name, int otherwise)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
    }
}
