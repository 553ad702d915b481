using System.Globalization;
using LlmRouting.Core.Tests.Chaos;

namespace LlmRouting.Lab;

/// <summary>Drives the whole client, in both modes, against endpoints whose calls go wrong.</summary>
internal static class ChaosCommand
{
    public static int Run(string[] arguments)
    {
        int requests = 100_000;
        int seed = 1;
        ChaosProfile? profile = ChaosProfile.Find("mixed");
        bool breaker = true;
        bool hedging = false;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            bool isKnown = arguments[i] switch
            {
                "--requests" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out requests) && requests > 0,
                "--seed" => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seed),
                "--breaker" => IsSwitch(value, out breaker),
                "--hedging" => IsSwitch(value, out hedging),
                "--profile" => (profile = ChaosProfile.Find(value ?? "")) is not null,
                _ => false,
            };
            if (!isKnown)
            {
                return Help(arguments[i] is "--help" ? null : $"'{arguments[i]} {value}' is no valid argument.");
            }
        }

        Console.Error.WriteLine($"{requests} requests, seed {seed}, profile {profile!.Name}: {profile.Description}"); // not null: an unknown one ended above
        using ChaosWorld world = new(profile, seed, pipeline => pipeline.Execution = pipeline.Execution with
        {
            Health = breaker ? pipeline.Execution.Health : ChaosWorld.NeverPassedOver,
            Hedging = hedging ? ChaosWorld.HedgeOften : pipeline.Execution.Hedging,
        });
        ChaosTally tally = world.Run(first: 0, requests, progress: static done => Console.Error.WriteLine($"{done} done"));
        foreach (string example in tally.Examples)
        {
            Console.Error.WriteLine(example);
        }

        Console.WriteLine(tally.ToJson());
        bool isSound = tally is { Lost: 0, Duplicated: 0, TruncatedSilent: 0, DriftUsd: 0, Drifting: 0, Miscounted: 0 };
        return isSound ? 0 : 1;
    }

    private static bool IsSwitch(string? value, out bool isOn)
    {
        isOn = value == "on";
        return value is "on" or "off";
    }

    private static int Help(string? error)
    {
        if (error is not null)
        {
            Console.Error.WriteLine(error);
        }

        Console.Error.WriteLine("""
            chaos [--requests <n, 100000>] [--seed <n, 1>] [--profile <name, mixed>] [--breaker <on|off, on>] [--hedging <on|off, off>]
            Prints one line of JSON; times are virtual. Exits with 0 when nothing was lost, doubled, cut in silence or booked wrongly. Profiles:
            """);
        foreach (ChaosProfile profile in ChaosProfile.All)
        {
            Console.Error.WriteLine($"  {profile.Name,-20}{profile.Description}");
        }

        return error is null ? 0 : 2;
    }
}
