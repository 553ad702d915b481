using LlmRouting.Core.Tests.Support;
using LlmRouting.Execution;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Execution;

/// <summary>Shows that each part of a call is booked at its own price, once, and that the record says how well that is known.</summary>
public sealed class CostPartsTests
{
    private static readonly ModelProfile Profile = new()
    {
        Id = "m",
        Prices = new ModelPrices
        {
            Tokens = new TokenPrices
            {
                Input = 4, Output = 20, CachedInput = 0.4m, CacheWrite = 5, CacheWriteHour = 8, AudioInput = 40, AudioOutput = 80, ImageInput = 2, Reasoning = 30,
            },
            PerRequestUsd = 0.01m,
            BatchFactor = 0.5m,
        },
    };

    [Test]
    [Description("R15: whatever a service counts, the bill is a number and no exception")]
    public void ImpossibleCounts_AtTheHighestPrice_AreBooked()
    {
        UsageDetails usage = Usage(long.MaxValue, long.MaxValue, cached: long.MaxValue);

        Assert.That(Price(Make.Profile("m", input: 1_000_000_000, output: 1_000_000_000), usage).Usd, Is.EqualTo(2_000m * long.MaxValue));
    }

    [Test]
    public void EachPart_IsBookedAtItsOwnPrice_R15()
    {
        UsageDetails usage = Usage(1_000, 500, cached: 100, reasoning: 50, new()
        {
            [UsageCounts.CacheWriteInputTokens] = 70,
            [UsageCounts.CacheWriteHourInputTokens] = 20,
            [UsageCounts.InputAudioTokens] = 30,
            [UsageCounts.InputImageTokens] = 60,
            [UsageCounts.OutputAudioTokens] = 10,
        });

        // (100 x 0.4 + 20 x 8 + 50 x 5 + 30 x 40 + 60 x 2 + 740 x 4 + 50 x 30 + 10 x 80 + 440 x 20) / 1M + 0.01
        Assert.That(Price(Profile, usage), Is.EqualTo((0.02583m, CostCertainty.Exact)));
    }

    [Test]
    public void PartsThatSayMoreThanTheWhole_AreCutToIt_R15()
    {
        UsageDetails usage = Usage(10, 10, cached: 8, reasoning: 99, new() { [UsageCounts.CacheWriteInputTokens] = 8, [UsageCounts.InputAudioTokens] = -5 });

        Assert.That(Price(Profile with { Prices = Profile.Prices with { PerRequestUsd = null } }, usage).Usd, Is.EqualTo(((8 * 0.4m) + (2 * 5) + (10 * 30)) / 1_000_000));
    }

    [Test]
    public void NegativeCounts_CostNothing_R15() =>
        Assert.That(Price(Make.Profile("m", input: 1, output: 1), Usage(-7, -7, cached: -1)), Is.EqualTo((0m, CostCertainty.Exact)));

    [TestCase(UsageCounts.CacheWriteInputTokens, 1, CostCertainty.Estimated)]
    [TestCase(UsageCounts.CacheWriteHourInputTokens, 1, CostCertainty.Estimated)]
    [TestCase(UsageCounts.InputAudioTokens, 1, CostCertainty.Estimated)]
    [TestCase(UsageCounts.OutputAudioTokens, 1, CostCertainty.Estimated)]
    [TestCase(UsageCounts.OtherTermsRequests, 1, CostCertainty.Estimated)]
    [TestCase(UsageCounts.BatchRequests, 1, CostCertainty.Estimated)]
    [TestCase(UsageCounts.InputImageTokens, 1, CostCertainty.Exact)]
    [TestCase(UsageCounts.RejectedPredictionTokens, 1, CostCertainty.Exact)]
    [TestCase(UsageCounts.CacheWriteInputTokens, 0, CostCertainty.Exact)]
    public void PartWithoutAPriceOfItsOwn_IsBookedLikeTheRest_AndSaysSo_R15(string count, long tokens, CostCertainty certainty)
    {
        ModelProfile plain = Make.Profile("m", input: 1, output: 1);

        Assert.That(Price(plain, Usage(100, 100, counts: new() { [count] = tokens })), Is.EqualTo((0.0002m, certainty)));
    }

    [Test]
    public void PartWithAKnownPrice_IsKnown_WhereTheRestIsNot_R15()
    {
        ModelProfile odd = new() { Id = "m", OutputUsdPerMillionTokens = 1, CachedInputUsdPerMillionTokens = 1 };

        Assert.That(Price(odd, Usage(100, 100, cached: 100)), Is.EqualTo((0.0002m, CostCertainty.Exact)));
        Assert.That(Price(odd, Usage(101, 100, cached: 100)), Is.EqualTo((0.0002m, CostCertainty.Unknown)));
    }

    [Test]
    public void Batch_IsBookedAtItsFactor_R15() =>
        Assert.That(Price(Profile, Usage(1_000, 0, counts: new() { [UsageCounts.BatchRequests] = 1 })), Is.EqualTo((0.007m, CostCertainty.Exact)));

    [TestCase(200_000, 0.2)]
    [TestCase(200_001, 0.400002)]
    [TestCase(500_001, 2.500005)]
    public void LongInput_PaysItsTierForEveryToken_R15(long input, double expected)
    {
        ModelPrices prices = new()
        {
            Tokens = new TokenPrices { Input = 1, Output = 10 },
            Tiers = [new PriceTier(500_000, new TokenPrices { Input = 5 }), new PriceTier(200_000, new TokenPrices { Input = 2, Output = 20 })],
        };
        ModelProfile profile = new() { Id = "m", Prices = prices };

        Assert.That(Price(profile, Usage(input, 0)), Is.EqualTo(((decimal)expected, CostCertainty.Exact)));
        Assert.That(profile.EstimateCostUsd(input, 0), Is.EqualTo((decimal)expected));
        Assert.That(prices.For(input).Output, Is.EqualTo(input > 200_000 ? 20 : 10), "a tier that is silent on a price keeps that of the one below");
    }

    [Test]
    public void ReportedCost_IsWhatCounts_EvenWithoutPrices_R15()
    {
        UsageDetails usage = Usage(10, 10);
        UsageCounts.AddReportedCost(usage, 0.00001234567m);

        Assert.That(Price(Profile, usage), Is.EqualTo((0.00001234567m, CostCertainty.Exact)));
        Assert.That(Price(new ModelProfile { Id = "m" }, usage), Is.EqualTo((0.00001234567m, CostCertainty.Exact)));
        Assert.That(CostCalculator.Price(Profile, usage, 0, 0, isComplete: false).Certainty, Is.EqualTo(CostCertainty.AtLeast));
    }

    [TestCase(-1)]
    [TestCase(1_000_001)]
    public void ImpossibleReportedCost_IsNotBelieved_R15(int usd)
    {
        UsageDetails usage = Usage(10, 10);
        UsageCounts.AddReportedCost(usage, usd);

        Assert.That(Price(Make.Profile("m", input: 0, output: 0), usage), Is.EqualTo((0m, CostCertainty.Exact)));
    }

    [Test]
    public void ReportedCostOfNothing_IsACostLikeAnyOther_R15()
    {
        UsageDetails usage = Usage(10, 10);
        UsageCounts.AddReportedCost(usage, 0);

        Assert.That(Price(Profile, usage), Is.EqualTo((0m, CostCertainty.Exact)));
    }

    [Test]
    public void Estimate_CountsThePriceOfARequest_AndIsUnknownWithoutPrices_R15()
    {
        Assert.That(Profile.EstimateCostUsd(1_000, 100), Is.EqualTo(0.016m));
        Assert.That(new ModelProfile { Id = "m", Prices = new ModelPrices { PerRequestUsd = 1 } }.EstimateCostUsd(0, 0), Is.Null);
    }

    [Test]
    public void SilentFailure_PaysNoPriceOfARequest_R16() =>
        Assert.That(CostCalculator.Price(Profile, null, 0, 0, isComplete: false), Is.EqualTo((0m, CostCertainty.AtLeast)));

    private static (decimal Usd, CostCertainty Certainty) Price(ModelProfile profile, UsageDetails usage) => CostCalculator.Price(profile, usage, 0, 0, isComplete: true);

    private static UsageDetails Usage(long input, long output, long? cached = null, long? reasoning = null, AdditionalPropertiesDictionary<long>? counts = null) => new()
    {
        InputTokenCount = input,
        OutputTokenCount = output,
        CachedInputTokenCount = cached,
        ReasoningTokenCount = reasoning,
        AdditionalCounts = counts,
    };
}
