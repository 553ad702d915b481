using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Chaos;

/// <summary>Shows that no request is lost, doubled, cut in silence or booked wrongly while one endpoint works; both modes are mixed.</summary>
public sealed class ChaosTests
{
    private static IEnumerable<string> Profiles => ChaosProfile.All.Select(static profile => profile.Name);

    [Test]
    [Description("R1 fallback before content, R2 one attempt's output, R3 no silent truncation, R6 one budget, R16 every attempt booked")]
    public void Chaos_LosesDoublesAndHidesNothing_R1_R2_R3_R6_R16(
        [ValueSource(nameof(Profiles))] string profile, [Values] bool breaker, [Values] bool hedging)
    {
        using ChaosWorld world = new(
            ChaosProfile.Find(profile)!,
            seed: 20_26,
            pipeline => pipeline.Execution = pipeline.Execution with
            {
                Health = breaker ? pipeline.Execution.Health : ChaosWorld.NeverPassedOver,
                Hedging = hedging ? ChaosWorld.HedgeOften : pipeline.Execution.Hedging,
            });

        ChaosTally tally = world.Run(first: 0, count: 600, parallel: 16);

        Assert.Multiple(() =>
        {
            Assert.That(tally.Requests, Is.EqualTo(600));
            Assert.That(tally.Lost, Is.Zero, "lost");
            Assert.That(tally.Duplicated, Is.Zero, "duplicated");
            Assert.That(tally.TruncatedSilent, Is.Zero, "cut in silence");
            Assert.That(tally.DriftUsd, Is.Zero, "drift");
            Assert.That(tally.Drifting, Is.Zero, "attempts that drift");
            Assert.That(tally.Miscounted, Is.Zero, "requests whose attempts are not those that were made");
            Assert.That(tally.Exact, Is.Positive, "attempts that the comparison rests on");
            Assert.That(tally.Examples, Is.Empty);
            Assert.That(tally.Attempts, profile is "healthy" or "usage" ? Is.EqualTo(600) : Is.GreaterThan(600), "attempts that failed, so that there was something to see");
        });
    }

    [Test]
    public void Tally_SeesWhatItLooksFor()
    {
        // A pool whose only healthy endpoint is declared healthy, but is not: the run must say so.
        ChaosProfile lie = ChaosProfile.Find("no-healthy")! with { HasHealthy = true, Plans = static _ => [.. Enumerable.Repeat(FaultPlan.Always(Fault.ServerError), ChaosProfile.Faulty)] };
        using ChaosWorld world = new(lie, seed: 1, static pipeline => pipeline.Execution = pipeline.Execution with { MaxAttempts = 1, Health = ChaosWorld.NeverPassedOver });

        ChaosTally tally = world.Run(first: 0, count: 90, parallel: 8);

        Assert.That(tally.Lost, Is.EqualTo(60), "the healthy model stands first in a third of the requests");
        Assert.That(tally.Served, Is.EqualTo(30));
    }
}
