using System.Globalization;
using LlmRouting.Core.Tests.Chaos;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Lab;

/// <summary>Shows what hedging does to the tail: the same requests to the same pool, without and with it, in virtual time.</summary>
/// <remarks>
/// One model with two endpoints. 96% of calls take a log-normal time with a median of 0.8 s, the others a Pareto time (alpha 1.5) from 5 s on,
/// at most 60 s; drawn for each call from seed, request and endpoint. A call that is cancelled is counted as if it had been paid for in full.
/// </remarks>
internal static class TailCommand
{
    private const string Tag = "tail.request";
    private const int Parallel = 32;

    public static int Run(string[] arguments)
    {
        int requests = 20_000;
        int seed = 1;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string? value = i + 1 < arguments.Length ? arguments[i + 1] : null;
            bool isKnown = arguments[i] switch
            {
                "--requests" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out requests) && requests > 0,
                "--seed" => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seed),
                _ => false,
            };
            if (!isKnown)
            {
                Console.Error.WriteLine("tail [--requests <n, 20000>] [--seed <n, 1>]");
                return 2;
            }
        }

        Console.WriteLine("| answers | hedging | P50 | P95 | P99 | calls per request |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|");
        bool holds = true;
        foreach (bool streaming in (bool[])[false, true])
        {
            Result off = Measure(requests, seed, streaming, new HedgingSettings());
            Result on = Measure(requests, seed, streaming, new HedgingSettings { Enabled = true });
            Print(streaming, "off", off);
            Print(streaming, "P95, share 0.05", on);
            holds &= on.P99 <= off.P99 / 2 && on.Calls < off.Calls * 1.06;
        }

        Console.Error.WriteLine(holds ? "P99 at least halved, for less than 6% more calls" : "P99 was not halved, or it took 6% more calls");
        return holds ? 0 : 1;
    }

    private static void Print(bool streaming, string hedging, Result result) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {(streaming ? "streamed, first content" : "whole")} | {hedging} | {result.P50.TotalSeconds:0.00} s | {result.P95.TotalSeconds:0.00} s | {result.P99.TotalSeconds:0.00} s | {result.Calls:0.0000} |"));

    private static Result Measure(int requests, int seed, bool streaming, HedgingSettings hedging)
    {
        ManualTimeProvider clock = new();
        InjectedBill bill = new();
        RoutingPipeline pipeline = new()
        {
            Models = [new RoutableModel(new ModelProfile { Id = "m" }, [Endpoint("a"), Endpoint("b")])],
            Strategies = [new DelegateStrategy("only", static (_, candidates) => StrategyVerdict.Rank([candidates[0].Profile.Id], 1, "there is one"))],
            TimeProvider = clock,
            Seed = seed,
            Execution = new ExecutionSettings { Hedging = hedging, AttemptTimeout = TimeSpan.FromMinutes(5), FirstTokenTimeout = TimeSpan.FromMinutes(5), TotalTimeout = TimeSpan.FromMinutes(10) },
        };
        using RoutingChatClient client = pipeline.Build();
        TimeSpan[] times = new TimeSpan[requests];
        int next = -1;
        VirtualTime.Run(clock, () => Task.WhenAll(Enumerable.Range(0, Parallel).Select(_ => Task.Run(async () =>
        {
            for (int number = Interlocked.Increment(ref next); number < requests; number = Interlocked.Increment(ref next))
            {
                times[number] = await AskAsync(client, clock, number, streaming);
            }
        }))));
        Array.Sort(times);
        return new(At(0.5), At(0.95), At(0.99), (double)bill.Charges.Count / requests);

        TimeSpan At(double share) => times[Math.Min(requests - 1, (int)(share * requests))];

        ModelEndpoint Endpoint(string name) => new(
            new FaultInjectingChatClient(new StampedChatClient(name), FaultPlan.From(call => Fault.SlowOpen(Draw(seed, call.Tag, name))), clock, name, bill)
            {
                TagOf = static (_, options) => options?.AdditionalProperties?[Tag] as string,
            },
            name);
    }

    private static async Task<TimeSpan> AskAsync(RoutingChatClient client, ManualTimeProvider clock, int number, bool streaming)
    {
        ChatOptions options = new() { AdditionalProperties = new() { [Tag] = number.ToString(CultureInfo.InvariantCulture) } };
        ChatMessage[] messages = [new(ChatRole.User, "How are you?")];
        long started = clock.GetTimestamp();
        if (!streaming)
        {
            await client.GetResponseAsync(messages, options);
            return clock.GetElapsedTime(started);
        }

        TimeSpan? first = null;
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync(messages, options))
        {
            first ??= update.Text.Length > 0 ? clock.GetElapsedTime(started) : null;
        }

        return first!.Value; // not null: every answer of the pool has text
    }

    private static TimeSpan Draw(int seed, string? tag, string endpoint)
    {
        Random chance = new((int.Parse(tag!, CultureInfo.InvariantCulture) * 397) ^ (seed * 7919) ^ (endpoint[0] * 104_729)); // not null: every request carries one
        double kind = chance.NextDouble();
        double u = 1 - chance.NextDouble();
        if (kind < 0.04)
        {
            return TimeSpan.FromSeconds(Math.Min(60, 5 / Math.Pow(u, 1 / 1.5)));
        }

        // Box and Muller's way to a normal number.
        double normal = Math.Sqrt(-2 * Math.Log(u)) * Math.Cos(2 * Math.PI * chance.NextDouble());
        return TimeSpan.FromSeconds(0.8 * Math.Exp(0.25 * normal));
    }

    private readonly record struct Result(TimeSpan P50, TimeSpan P95, TimeSpan P99, double Calls);
}
