using LlmRouting.Execution;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Execution;

public sealed class CostTests
{
    private static readonly ModelProfile Profile = new()
    {
        Id = "m",
        InputUsdPerMillionTokens = 2,
        OutputUsdPerMillionTokens = 10,
        CachedInputUsdPerMillionTokens = 0.5m,
    };

    [Test]
    public void CachedInput_IsPricedAsSuch_AndNotTwice_R15()
    {
        UsageDetails usage = new() { InputTokenCount = 1_000_000, CachedInputTokenCount = 400_000, OutputTokenCount = 100_000 };

        Assert.That(CostCalculator.Price(Profile, usage, 0, 0, isComplete: true), Is.EqualTo((1.2m + 0.2m + 1m, CostCertainty.Exact)));
    }

    [Test]
    public void CachedInputWithoutItsOwnPrice_CostsAsMuchAsOtherInput_R15()
    {
        UsageDetails usage = new() { InputTokenCount = 1_000_000, CachedInputTokenCount = 400_000, OutputTokenCount = 0 };

        Assert.That(CostCalculator.Price(Profile with { CachedInputUsdPerMillionTokens = null }, usage, 0, 0, isComplete: true).Usd, Is.EqualTo(2m));
    }

    [Test]
    public void UnknownPrice_IsUnknownAndNeverFree_R15()
    {
        UsageDetails usage = new() { InputTokenCount = 1_000_000, OutputTokenCount = 1_000_000 };

        Assert.That(CostCalculator.Price(Profile with { OutputUsdPerMillionTokens = null }, usage, 0, 0, isComplete: true), Is.EqualTo((2m, CostCertainty.Unknown)));
        Assert.That(CostCalculator.Price(new ModelProfile { Id = "m" }, null, 10, 10, isComplete: true).Certainty, Is.EqualTo(CostCertainty.Unknown));
    }

    [Test]
    public void FreeModel_CostsExactlyNothing_R15()
    {
        UsageDetails usage = new() { InputTokenCount = 5, OutputTokenCount = 5 };
        ModelProfile free = new() { Id = "m", InputUsdPerMillionTokens = 0, OutputUsdPerMillionTokens = 0 };

        Assert.That(CostCalculator.Price(free, usage, 0, 0, isComplete: true), Is.EqualTo((0m, CostCertainty.Exact)));
    }

    [Test]
    public void MissingUsage_IsEstimated_AndABrokenCallIsALowerBound_R16()
    {
        Assert.That(CostCalculator.Price(Profile, null, 1_000_000, 100_000, isComplete: true), Is.EqualTo((3m, CostCertainty.Estimated)));
        Assert.That(CostCalculator.Price(Profile, null, 1_000_000, 100_000, isComplete: false), Is.EqualTo((3m, CostCertainty.AtLeast)));
    }

    [Test]
    public async Task RefusedCall_CostsNothing_AndATimeoutAtLeastNothing_R16([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(
            FakeChatClient.Throwing(static () => new ProviderException(FailureKind.RateLimited, "no")),
            FakeChatClient.Throwing(static () => new TimeoutException()),
            new FakeChatClient());

        RoutingOutcome outcome = (await client.AskAsync(streaming)).GetRoutingOutcome()!;

        Assert.That(outcome.Attempts.Select(attempt => (attempt.CostUsd, attempt.Certainty)), Is.EqualTo(new[]
        {
            (0m, CostCertainty.Exact), (0m, CostCertainty.AtLeast), (0.00003m, CostCertainty.Exact),
        }));
        Assert.That((outcome.CostUsd, outcome.Certainty), Is.EqualTo((0.00003m, CostCertainty.AtLeast)), "as well known as the least known attempt");
    }

    [Test]
    public async Task CallThatNeverReachedItsService_CostsExactlyNothing_R16([Values] bool streaming)
    {
        using RoutingChatClient client = Pool.InOrder(
            FakeChatClient.Throwing(static () => new InvalidOperationException("wrapped", new HttpRequestException(HttpRequestError.ConnectionError, "refused"))),
            new FakeChatClient());

        RoutingOutcome outcome = (await client.AskAsync(streaming)).GetRoutingOutcome()!;

        Assert.That((outcome.CostUsd, outcome.Certainty), Is.EqualTo((0.00003m, CostCertainty.Exact)));
    }

    [Test]
    public async Task UsageThatAStreamCountsInParts_IsAddedUp_R15()
    {
        using RoutingChatClient client = Pool.InOrder(FakeChatClient.Streaming(
            new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(new UsageDetails { InputTokenCount = 10 })]),
            Pool.Text("a"),
            new ChatResponseUpdate(null, [new UsageContent(new UsageDetails { OutputTokenCount = 5 })]),
            Pool.End()));

        RoutingOutcome outcome = (await client.AskAsync(streaming: true)).GetRoutingOutcome()!;

        Assert.That((outcome.CostUsd, outcome.Certainty), Is.EqualTo((0.00003m, CostCertainty.Exact)));
    }
}
