using LlmRouting.Core.Tests.Support;

namespace LlmRouting.Core.Tests;

public sealed class ModelProfileTests
{
    [TestCase(0.10, 0.40, 1_000, 500, 0.0003)]
    [TestCase(0, 0, 1_000_000, 1_000_000, 0)]
    [TestCase(3, 15, 1, 0, 0.000003)]
    [TestCase(15, 75, 2_000_000_000, 1_000_000_000, 105_000)]
    public void R15_EstimatedCost_IsExactInDecimals(decimal input, decimal output, long inputTokens, long outputTokens, decimal expected) =>
        Assert.That(Make.Profile("x", input: input, output: output).EstimateCostUsd(inputTokens, outputTokens), Is.EqualTo(expected));

    [Test]
    public void R15_UnknownPrice_IsUnknownAndNeverZero()
    {
        Assert.That(Make.Profile("x", input: 1).EstimateCostUsd(10, 10), Is.Null);
        Assert.That(Make.Profile("x", output: 1).EstimateCostUsd(10, 10), Is.Null);
        Assert.That(Make.Profile("x", output: 1).BlendedUsdPerMillionTokens, Is.Null);
    }

    [Test]
    public void BlendedPrice_WeighsThreePartsInputAgainstOneOutput() =>
        Assert.That(Make.Profile("x", input: 1, output: 5).BlendedUsdPerMillionTokens, Is.EqualTo(2m));

    [Test]
    public void QualityFor_TakesTheCategorysOwnWhereThereIsOne()
    {
        ModelProfile profile = Make.Profile("x", quality: 0.5) with
        {
            QualityByCategory = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary([KeyValuePair.Create("Code", 0.8)]),
        };

        Assert.That((profile.QualityFor("code"), profile.QualityFor("poetry"), profile.QualityFor(null)), Is.EqualTo((0.8, 0.5, 0.5)));
    }

    [Test]
    public void S16_Dates_CountFromTheirFirstMoment()
    {
        DateTimeOffset day = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        ModelProfile profile = Make.Profile("x") with { DeprecatedOn = day, RetiresOn = day.AddDays(1) };

        Assert.That((profile.IsDeprecated(day.AddTicks(-1)), profile.IsDeprecated(day)), Is.EqualTo((false, true)));
        Assert.That((profile.IsRetired(day), profile.IsRetired(day.AddDays(1))), Is.EqualTo((false, true)));
        Assert.That((Make.Profile("y").IsDeprecated(day), Make.Profile("y").IsRetired(day)), Is.EqualTo((false, false)));
    }

    [Test]
    public void Candidate_EstimatesCostFromItsRequest()
    {
        RoutableModel model = Make.Model("x", input: 1, output: 10);

        decimal? unlimited = new Candidate(model, new RequestFeatures { EstimatedInputTokens = 1000 }).EstimatedCostUsd;
        decimal? limited = new Candidate(model, new RequestFeatures { EstimatedInputTokens = 1000, MaxOutputTokens = 10 }).EstimatedCostUsd;

        Assert.That(unlimited, Is.EqualTo((1000m + (Candidate.AssumedOutputTokens * 10)) / 1_000_000));
        Assert.That(limited, Is.EqualTo(1100m / 1_000_000));
    }

    [Test]
    public void R22_ExpectedLatency_IsTheBestMeasuredOrElseTheTypicalOne()
    {
        ModelEndpoint slow = new(new LlmRouting.Testing.FakeChatClient(), "slow");
        ModelEndpoint quick = new(new LlmRouting.Testing.FakeChatClient(), "quick");
        RoutableModel model = new(Make.Profile("x", latency: TimeSpan.FromSeconds(9)), [slow, quick]);
        TimeSpan? unmeasured = model.ExpectedLatency;

        slow.RecordLatency(TimeSpan.FromSeconds(4), null, TimeProvider.System);
        quick.RecordLatency(TimeSpan.FromSeconds(1), null, TimeProvider.System);
        quick.RecordLatency(TimeSpan.FromSeconds(2), null, TimeProvider.System);

        Assert.That(unmeasured, Is.EqualTo(TimeSpan.FromSeconds(9)));
        Assert.That(model.ExpectedLatency, Is.EqualTo(TimeSpan.FromSeconds(1.2)).Within(TimeSpan.FromMicroseconds(1)), "a decayed average: one slow call moves it a fifth of the way");
    }
}
