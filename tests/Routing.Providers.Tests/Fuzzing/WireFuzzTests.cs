namespace LlmRouting.Providers.Fuzzing;

/// <summary>Broken answers end in an answer or in a failure of a known kind. <c>Routing.Lab wire-fuzz</c> runs many more.</summary>
[TestFixtureSource(typeof(WireFuzzRun), nameof(WireFuzzRun.Adapters))]
public sealed class WireFuzzTests(string adapter)
{
    private const int Cases = 3_000;

    [TestCase(1)]
    [TestCase(2)]
    public async Task BrokenAnswers_EndInAnAnswerOrAKnownFailure_R7(int seed)
    {
        using WireFuzzRun run = new(adapter, seed);

        WireFuzzReport report = await run.RunAsync(Cases);

        Assert.That(report.Problems, Is.Empty);
        Assert.That(report.Cases, Is.EqualTo(Cases));
        Assert.That(report.Answers, Is.GreaterThan(Cases / 10), "the cases are not all broken");
        Assert.That(report.Answers + report.Failures.Values.Sum(), Is.EqualTo(Cases));
        Assert.That(
            report.Failures.Keys, Is.SupersetOf(new[] { "MalformedResponse", "TruncatedStream", "Network", "RateLimited", "Auth", "Overloaded", "ServerError" }));
    }

    [Test]
    public async Task Run_IsTheSameForTheSameSeed()
    {
        using WireFuzzRun one = new(adapter, seed: 3);
        using WireFuzzRun other = new(adapter, seed: 3);

        WireFuzzReport first = await one.RunAsync(500);
        WireFuzzReport second = await other.RunAsync(500);

        Assert.That(second.Answers, Is.EqualTo(first.Answers));
        Assert.That(second.Failures, Is.EqualTo(first.Failures));
    }

    [Test]
    public async Task Run_NoticesFailuresThatNobodyKnows()
    {
        using WireFuzzRun run = new(adapter, seed: 1, classifiers: []);

        WireFuzzReport report = await run.RunAsync(500);

        Assert.That(report.Problems, Is.Not.Empty);
    }
}
