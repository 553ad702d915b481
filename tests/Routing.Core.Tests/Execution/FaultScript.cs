using FsCheck;
using FsCheck.Fluent;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Is a script of faults for each endpoint of a pool, and how a caller asks it.</summary>
/// <param name="Endpoints">The faults of each endpoint, call by call; there is one model to each.</param>
/// <param name="MaxAttempts">The budget of calls.</param>
/// <param name="TotalMilliseconds">The budget of time.</param>
/// <param name="IsStreaming">How the caller asks.</param>
/// <param name="CancelAfterMilliseconds">When the caller gives up; null means never.</param>
/// <param name="IsHedged">Whether another endpoint is asked beside a slow one.</param>
public sealed record FaultScript(Fault[][] Endpoints, int MaxAttempts, int TotalMilliseconds, bool IsStreaming, int? CancelAfterMilliseconds, bool IsHedged)
{
    private static readonly Fault[] Kinds =
    [
        Fault.None, Fault.ConnectRefused, Fault.SlowOpen(TimeSpan.FromMilliseconds(300)), Fault.SlowOpen(TimeSpan.FromSeconds(30)),
        Fault.StallAfter(0), Fault.StallAfter(2), Fault.CutAfter(0), Fault.CutAfter(1), Fault.CutAfter(99), Fault.BreakAfter(0), Fault.BreakAfter(3),
        Fault.ErrorContentAfter(0), Fault.ErrorContentAfter(1), Fault.MalformedAfter(0), Fault.MalformedAfter(2), Fault.Empty, Fault.RoleOnly,
        Fault.RateLimited(), Fault.RateLimited(TimeSpan.FromSeconds(5)), Fault.ServerError, Fault.Overloaded, Fault.Unauthorized, Fault.ContextLength,
        Fault.ContentFilter, Fault.Hang, Fault.Trickle(TimeSpan.FromMilliseconds(200)), Fault.MissingUsage, Fault.PartialUsage,
    ];

    public override string ToString() =>
        $"{(IsStreaming ? "streaming" : "whole")}{(IsHedged ? ", hedged" : "")}, {MaxAttempts} attempts, {TotalMilliseconds} ms, cancel {CancelAfterMilliseconds?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "never"}: "
        + string.Join(" | ", Endpoints.Select(static faults => string.Join(", ", faults.AsEnumerable())));

    /// <summary>Makes scripts, and makes those that fail smaller: fewer endpoints, fewer faults, then simpler ones.</summary>
    public static Arbitrary<FaultScript> Arbitrary()
    {
        Gen<Fault[]> faults = Gen.Elements(Kinds).ArrayOf(2);
        Gen<FaultScript> scripts =
            from count in Gen.Choose(1, 4)
            from endpoints in faults.ArrayOf(count)
            from attempts in Gen.Choose(1, 5)
            from total in Gen.Elements(500, 2_500, 8_000, 60_000)
            from streaming in Gen.Elements(true, false)
            from cancels in Gen.Choose(0, 3)
            from cancelAfter in Gen.Choose(0, 6_000)
            from hedged in Gen.Elements(true, false)
            select new FaultScript(endpoints, attempts, total, streaming, cancels == 0 ? cancelAfter : null, hedged);
        return Arb.From(scripts, Shrink);
    }

    private static IEnumerable<FaultScript> Shrink(FaultScript script)
    {
        if (script.CancelAfterMilliseconds is not null)
        {
            yield return script with { CancelAfterMilliseconds = null };
        }

        if (script.IsHedged)
        {
            yield return script with { IsHedged = false };
        }

        for (int i = 0; i < script.Endpoints.Length; i++)
        {
            if (script.Endpoints.Length > 1)
            {
                yield return script with { Endpoints = [.. script.Endpoints[..i], .. script.Endpoints[(i + 1)..]] };
            }

            Fault[] faults = script.Endpoints[i];
            for (int j = 0; j < faults.Length; j++)
            {
                if (faults[j].Kind != FaultKind.None)
                {
                    Fault[] calmer = [.. faults];
                    calmer[j] = Fault.None;
                    yield return script with { Endpoints = [.. script.Endpoints[..i], calmer, .. script.Endpoints[(i + 1)..]] };
                }
            }
        }
    }
}
