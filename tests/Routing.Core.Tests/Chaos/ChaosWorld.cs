using System.Globalization;
using System.Text;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Chaos;

/// <summary>Is a whole routing client over endpoints whose calls go wrong, in virtual time.</summary>
/// <remarks>
/// Three models: the first has two endpoints. In each request the models stand in another order, so that the healthy one, which comes first
/// in a third of them, is the last resort in another third. Which fault a call meets depends on the seed, the request and the endpoint alone.
/// </remarks>
internal sealed class ChaosWorld : IDisposable
{
    private const string Tag = "chaos.request";

    // Breaks as long as usual would outlast a run: endpoints that failed a little would not be called again, and their faults not be met.
    private static readonly HealthSettings Brief = new()
    {
        BreakDuration = TimeSpan.FromMilliseconds(200),
        MaxBreakDuration = TimeSpan.FromSeconds(1),
        RateLimitBreakDuration = TimeSpan.FromMilliseconds(200),
        MisconfiguredBreakDuration = TimeSpan.FromMilliseconds(200),
        MaxRetryAfter = TimeSpan.FromMilliseconds(500),
        RampUp = TimeSpan.FromMilliseconds(200),
    };

    private readonly ChaosProfile _profile;
    private readonly int _seed;
    private readonly InjectedBill _bill = new();
    private readonly Dictionary<string, ModelProfile> _models;
    private readonly RoutingChatClient _client;

    public ChaosWorld(ChaosProfile profile, int seed, Action<RoutingPipeline>? configure = null)
    {
        _profile = profile;
        _seed = seed;
        FaultPlan[] plans = [.. profile.Plans(seed), profile.HasHealthy ? FaultPlan.Always(Fault.SlowOpen(TimeSpan.FromMilliseconds(50))) : profile.Plans(seed + 1)[0]];
        RoutableModel[] models =
        [
            new(Priced("m1", 1m, 100_000), [Endpoint("m1", "a", plans[0]), Endpoint("m1", "b", plans[1])]),
            new(Priced("m2", 2m, 100_000), [Endpoint("m2", "a", plans[2])]),
            new(Priced("m3", 3m, 200_000), [Endpoint("m3", "a", plans[3])]), // the larger window, since requests that are too long elsewhere must fit
        ];
        _models = models.ToDictionary(static model => model.Id, static model => model.Profile);
        RoutingPipeline pipeline = new()
        {
            Models = models,
            TimeProvider = Clock,
            Strategies = [new DelegateStrategy("chaos", Order)],
            Execution = new ExecutionSettings
            {
                MaxAttempts = 4,
                FirstTokenTimeout = TimeSpan.FromSeconds(2),
                IdleTimeout = TimeSpan.FromSeconds(2),
                AttemptTimeout = TimeSpan.FromSeconds(2),
                TotalTimeout = TimeSpan.FromMinutes(1),
                FailoverOnContentFilter = true,
                Health = Brief,
            },
        };
        configure?.Invoke(pipeline);
        _client = pipeline.Build();
    }

    /// <summary>Gets settings with which no endpoint is ever passed over, so that every request meets its faults.</summary>
    public static HealthSettings NeverPassedOver { get; } = new()
    {
        BreakDuration = TimeSpan.Zero,
        RateLimitBreakDuration = TimeSpan.Zero,
        MisconfiguredBreakDuration = TimeSpan.Zero,
    };

    /// <summary>Gets settings with which every slow call meets another one beside it.</summary>
    public static HedgingSettings HedgeOften { get; } = new() { Enabled = true, Delay = TimeSpan.FromMilliseconds(100), MaxShare = 1 };

    public ManualTimeProvider Clock { get; } = new();

    public RoutingChatClient Client => _client;

    /// <summary>Runs requests side by side.</summary>
    /// <param name="first">The number of the first request.</param>
    /// <param name="count">How many.</param>
    /// <param name="parallel">How many at a time.</param>
    /// <param name="progress">Is told how many are done, now and then; null means nobody.</param>
    public ChaosTally Run(long first, int count, int parallel = 256, Action<long>? progress = null)
    {
        ChaosTally tally = new();
        long next = first - 1;
        long done = 0;
        VirtualTime.Run(Clock, () => Task.WhenAll(Enumerable.Range(0, Math.Min(parallel, count)).Select(_ => Task.Run(async () =>
        {
            for (long number = Interlocked.Increment(ref next); number < first + count; number = Interlocked.Increment(ref next))
            {
                tally.Add(await AskAsync(number));
                if (progress is not null && Interlocked.Increment(ref done) % 10_000 == 0)
                {
                    progress(Interlocked.Read(ref done));
                }
            }
        }))));
        return tally;
    }

    public void Dispose() => _client.Dispose();

    private static ModelProfile Priced(string id, decimal price, int window) => new()
    {
        Id = id,
        InputUsdPerMillionTokens = price,
        OutputUsdPerMillionTokens = price * 4,
        ContextTokens = window,
    };

    private ModelEndpoint Endpoint(string model, string name, FaultPlan plan) => new(
        new FaultInjectingChatClient(new StampedChatClient(model + name), plan, Clock, $"{model}/{name}", _bill)
        {
            TagOf = static (_, options) => options?.AdditionalProperties?[Tag] as string,
        },
        name);

    private static StrategyVerdict Order(RoutingRequest request, CandidateSet candidates)
    {
        string tag = (string)request.Options!.AdditionalProperties![Tag]!; // not null: every request of a world carries one
        int turn = (int)(long.Parse(tag, CultureInfo.InvariantCulture) % candidates.Count);
        return StrategyVerdict.Rank([.. Enumerable.Range(0, candidates.Count).Select(i => candidates[(i + turn) % candidates.Count].Profile.Id)], 1, "in turns");
    }

    private async Task<ChaosResult> AskAsync(long number)
    {
        Random chance = new(unchecked((int)(number * 31) + _seed));
        bool streaming = chance.Next(2) == 0;
        bool isImpatient = chance.NextDouble() < _profile.ImpatientRatio;
        int readAtMost = isImpatient && chance.Next(2) == 0 ? chance.Next(1, 8) : int.MaxValue;
        using CancellationTokenSource source = isImpatient && readAtMost == int.MaxValue
            ? new CancellationTokenSource(TimeSpan.FromMilliseconds(chance.Next(1, 6000)), Clock)
            : new CancellationTokenSource();
        string tag = number.ToString(CultureInfo.InvariantCulture);
        ChatOptions options = new() { AdditionalProperties = new() { [Tag] = tag } };
        ChatMessage[] messages = [new(ChatRole.User, $"Request number {tag}, please.")];

        long started = Clock.GetTimestamp();
        StringBuilder seen = new();
        RoutingOutcome? outcome = null;
        Exception? error = null;
        bool gaveUp = false;
        try
        {
            if (streaming)
            {
                int updates = 0;
                await foreach (ChatResponseUpdate update in _client.GetStreamingResponseAsync(messages, options, source.Token))
                {
                    seen.Append(update.Text);
                    outcome ??= update.GetRoutingOutcome();
                    if (++updates >= readAtMost)
                    {
                        gaveUp = true;
                        break;
                    }
                }
            }
            else
            {
                ChatResponse response = await _client.GetResponseAsync(messages, options, source.Token);
                seen.Append(response.Text);
                outcome = response.GetRoutingOutcome();
            }
        }
        catch (RoutingException exception)
        {
            error = exception;
            outcome = exception.Outcome;
        }
        catch (OperationCanceledException exception) when (source.IsCancellationRequested)
        {
            error = exception;
            gaveUp = true;
        }
        catch (Exception exception)
        {
            error = exception;
        }

        IReadOnlyList<InjectedCharge> charges = _bill.Take(tag);
        ChaosResult result = new() { Ending = EndingOf(StampedAnswer.Read(seen.ToString()), error, gaveUp), Elapsed = Clock.GetElapsedTime(started) };
        result = Compare(result, outcome, charges);
        return result with { Note = $"#{tag} {(streaming ? "streaming" : "whole")} {result.Ending}: {error?.Message} saw '{seen}'; {string.Join("; ", outcome?.Attempts ?? [])}; {string.Join(", ", charges.Select(static charge => charge.Fault))}" };
    }

    private ChaosEnding EndingOf(StampedAnswer answer, Exception? error, bool gaveUp) => answer.Kind switch
    {
        StampedAnswerKind.Mixed => ChaosEnding.Duplicated,
        _ when gaveUp => ChaosEnding.GaveUp,
        StampedAnswerKind.Part when error is RouteFailedException { Outcome.Answer.Result: AttemptResult.Truncated } => ChaosEnding.TruncatedReported,
        // All words came, but the stream broke before its end, and the caller was told so.
        StampedAnswerKind.Whole when error is RouteFailedException { Outcome.Answer.Result: AttemptResult.Truncated } => ChaosEnding.TruncatedReported,
        StampedAnswerKind.Part when error is null => ChaosEnding.TruncatedSilent,
        StampedAnswerKind.Whole when error is null => ChaosEnding.Served,
        StampedAnswerKind.Nothing when error is RouteFailedException && !_profile.HasHealthy => ChaosEnding.Failed,
        _ => ChaosEnding.Lost,
    };

    /// <summary>Compares what the router booked with what its endpoints charged.</summary>
    private ChaosResult Compare(ChaosResult result, RoutingOutcome? outcome, IReadOnlyList<InjectedCharge> charges)
    {
        if (outcome is null)
        {
            return result with { Attempts = charges.Count };
        }

        List<InjectedCharge> open = [.. charges];
        int exact = 0;
        int drifting = 0;
        decimal drift = 0;
        int made = 0;
        foreach (RoutingAttempt attempt in outcome.Attempts.Where(static attempt => attempt.Result != AttemptResult.Skipped))
        {
            made++;
            InjectedCharge? charge = open.Find(charge => charge.Endpoint == $"{attempt.ModelId}/{attempt.Endpoint}");
            if (charge is null)
            {
                continue;
            }

            open.Remove(charge);
            if (attempt.Certainty == CostCertainty.Exact)
            {
                ModelProfile model = _models[attempt.ModelId];
                decimal billed = ((charge.InputTokens * model.InputUsdPerMillionTokens!.Value) + (charge.OutputTokens * model.OutputUsdPerMillionTokens!.Value)) / 1_000_000m; // not null: every model here has a price
                exact++;
                drift += attempt.CostUsd - billed;
                drifting += attempt.CostUsd == billed ? 0 : 1;
            }
        }

        return result with
        {
            Attempts = charges.Count,
            ExactAttempts = exact,
            DriftingAttempts = drifting,
            DriftUsd = drift,
            IsMiscounted = made != charges.Count,
        };
    }
}
