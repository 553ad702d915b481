using System.Collections.Immutable;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Chaos;

/// <summary>Says how the endpoints of a chaos run behave.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Description">What happens.</param>
/// <param name="Plans">Makes the plans of the faulty endpoints from a seed; the last endpoint of the pool is healthy unless the profile says otherwise.</param>
/// <param name="HasHealthy">Whether one endpoint works, so that no request may be lost.</param>
/// <param name="ImpatientRatio">The share of callers who stop reading or cancel.</param>
internal sealed record ChaosProfile(string Name, string Description, Func<int, FaultPlan[]> Plans, bool HasHealthy = true, double ImpatientRatio = 0)
{
    /// <summary>How many endpoints beside the healthy one a pool has.</summary>
    public const int Faulty = 3;

    private static readonly TimeSpan TooLong = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Bearable = TimeSpan.FromSeconds(0.3);

    private static readonly FaultShare[] Everything =
    [
        new(0.05, Fault.ConnectRefused), new(0.04, Fault.SlowOpen(TooLong)), new(0.04, Fault.SlowOpen(Bearable)), new(0.05, Fault.StallAfter(0)),
        new(0.03, Fault.StallAfter(2)), new(0.04, Fault.CutAfter(0)), new(0.03, Fault.CutAfter(3)), new(0.03, Fault.CutAfter(99)),
        new(0.04, Fault.BreakAfter(0)), new(0.03, Fault.BreakAfter(2)), new(0.04, Fault.ErrorContentAfter(0)), new(0.02, Fault.ErrorContentAfter(2)),
        new(0.04, Fault.MalformedAfter(0)), new(0.02, Fault.MalformedAfter(2)), new(0.04, Fault.Empty), new(0.04, Fault.RoleOnly),
        new(0.05, Fault.RateLimited(TimeSpan.FromSeconds(1))), new(0.05, Fault.ServerError), new(0.04, Fault.Overloaded), new(0.02, Fault.Unauthorized),
        new(0.02, Fault.ContextLength), new(0.02, Fault.ContentFilter), new(0.02, Fault.Hang), new(0.04, Fault.Trickle(Bearable)),
        new(0.02, Fault.MissingUsage), new(0.02, Fault.PartialUsage),
    ];

    /// <summary>Gets all profiles.</summary>
    public static ImmutableArray<ChaosProfile> All { get; } =
    [
        Of("mixed", "every fault, each at some calls", Everything),
        new("healthy", "no fault at all", static _ => Each(static _ => FaultPlan.None)),
        Of("connect-refused", "nobody listens", new FaultShare(0.7, Fault.ConnectRefused)),
        Of("slow-open", "first content comes late, or too late", new FaultShare(0.4, Fault.SlowOpen(TooLong)), new FaultShare(0.4, Fault.SlowOpen(Bearable))),
        Of("stall", "streams fall silent, before and after their first content", new FaultShare(0.3, Fault.StallAfter(0)), new FaultShare(0.3, Fault.StallAfter(3))),
        Of("cut", "streams end without a finish reason", new FaultShare(0.25, Fault.CutAfter(0)), new FaultShare(0.25, Fault.CutAfter(2)), new FaultShare(0.25, Fault.CutAfter(99))),
        Of("error-first-chunk", "the first chunk is an error, as content or as an exception", new FaultShare(0.35, Fault.ErrorContentAfter(0)), new FaultShare(0.35, Fault.BreakAfter(0))),
        Of("error-later", "an error in mid-stream, as content or as an exception", new FaultShare(0.35, Fault.ErrorContentAfter(2)), new FaultShare(0.35, Fault.BreakAfter(2))),
        Of("empty", "streams without content", new FaultShare(0.35, Fault.Empty), new FaultShare(0.35, Fault.RoleOnly)),
        Of("rate-limited", "429 with Retry-After", new FaultShare(0.7, Fault.RateLimited(TimeSpan.FromSeconds(2)))),
        new("bursts", "runs of 500 and 529", static _ => [FaultPlan.Bursts(50, 20, Fault.ServerError), FaultPlan.Bursts(40, 25, Fault.Overloaded), FaultPlan.Bursts(9, 3, Fault.ServerError)]),
        Of("malformed", "JSON that is none", new FaultShare(0.35, Fault.MalformedAfter(0)), new FaultShare(0.35, Fault.MalformedAfter(2))),
        Of("trickle", "updates come slowly, or too slowly", new FaultShare(0.4, Fault.Trickle(Bearable)), new FaultShare(0.3, Fault.Trickle(TooLong))),
        new("flapping", "endpoints go up and down", static _ =>
        [
            Slow(FaultPlan.Flapping(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(0.5), Fault.ConnectRefused)),
            Slow(FaultPlan.Flapping(TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(0.3), Fault.ServerError)),
            Slow(FaultPlan.Flapping(TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(0.2), Fault.StallAfter(0))),
        ]),
        new("one-down", "one endpoint is wholly down", static _ => [FaultPlan.Always(Fault.ConnectRefused), FaultPlan.None, FaultPlan.None]),
        new("all-but-one-down", "all endpoints but one are down, each in its own way", static _ => [FaultPlan.Always(Fault.ConnectRefused), FaultPlan.Always(Fault.StallAfter(0)), FaultPlan.Always(Fault.ServerError)]),
        Of("hang", "calls never end and ignore their cancellation", new FaultShare(0.6, Fault.Hang)),
        Of("usage", "answers that do not say what they used", new FaultShare(0.4, Fault.MissingUsage), new FaultShare(0.4, Fault.PartialUsage)),
        Of("refusals", "refused keys, full windows, filters", new FaultShare(0.25, Fault.Unauthorized), new FaultShare(0.25, Fault.ContextLength), new FaultShare(0.25, Fault.ContentFilter)),
        Of("impatient", "every fault, and callers who stop reading or cancel", Everything) with { ImpatientRatio = 0.3 },
        Of("soak", "as impatient, but every call ends: what never ends is never given back, which would look like a leak", [.. Everything.Where(static share => share.Fault.Kind != FaultKind.Hang)]) with { ImpatientRatio = 0.3 },
        Of("no-healthy", "every fault at every endpoint: failures are expected, lies are not", Everything) with { HasHealthy = false },
    ];

    /// <summary>Finds a profile.</summary>
    /// <returns>null when there is none of that name.</returns>
    public static ChaosProfile? Find(string name) => All.FirstOrDefault(profile => profile.Name == name);

    public override string ToString() => Name;

    private static ChaosProfile Of(string name, string description, params FaultShare[] shares) =>
        new(name, description, seed => Each(index => FaultPlan.Mix(seed + (index * 7919), shares)));

    // An endpoint that answers at once would let no time pass in which to flap.
    private static FaultPlan Slow(FaultPlan plan) =>
        FaultPlan.From(call => plan.FaultFor(call) is { Kind: not FaultKind.None } fault ? fault : Fault.SlowOpen(TimeSpan.FromMilliseconds(50)));

    private static FaultPlan[] Each(Func<int, FaultPlan> plan) => [.. Enumerable.Range(0, Faulty).Select(plan)];
}
