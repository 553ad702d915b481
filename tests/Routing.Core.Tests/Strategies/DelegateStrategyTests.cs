using LlmRouting.Core.Tests.Support;
using LlmRouting.Strategies;

namespace LlmRouting.Core.Tests.Strategies;

public sealed class DelegateStrategyTests
{
    [Test]
    public async Task Delegate_GetsTheRequestTheCandidatesAndTheToken()
    {
        using CancellationTokenSource source = new();
        RoutingRequest request = Make.Request();
        CandidateSet candidates = Make.Candidates(Make.Ladder());
        DelegateStrategy strategy = new("mine", (gotRequest, gotCandidates, token) =>
        {
            Assert.That((gotRequest, gotCandidates, token), Is.EqualTo((request, candidates, source.Token)));
            return new(StrategyVerdict.Prefer("small", 0.9, "said so"));
        });

        StrategyVerdict verdict = await strategy.EvaluateAsync(request, candidates, source.Token);

        Assert.That((strategy.Name, verdict.Target), Is.EqualTo(("mine", "small")));
    }

    [Test]
    public async Task SynchronousDelegate_IsWrapped()
    {
        DelegateStrategy strategy = new("mine", static (request, _) => StrategyVerdict.Prefer(request.LastUserText, 0.9, "said so"));

        Assert.That((await strategy.EvaluateAsync(Make.Request("large"), Make.Candidates(), default)).Target, Is.EqualTo("large"));
    }

    [Test]
    public void Mistakes_AreRefused()
    {
        Assert.That(() => new DelegateStrategy(" ", static (_, _) => default), Throws.ArgumentException);
        Assert.That(() => new DelegateStrategy("x", (Func<RoutingRequest, CandidateSet, StrategyVerdict>)null!), Throws.ArgumentNullException);
        Assert.That(
            () => new DelegateStrategy("x", (Func<RoutingRequest, CandidateSet, CancellationToken, ValueTask<StrategyVerdict>>)null!),
            Throws.ArgumentNullException);
    }
}
