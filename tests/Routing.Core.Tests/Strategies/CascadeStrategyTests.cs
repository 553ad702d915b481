using LlmRouting.Core.Tests.Support;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Strategies;

public sealed class CascadeStrategyTests
{
    [Test]
    public async Task Candidates_AreRankedByPrice_LeavingOutThoseThatAreNoBetter_R32()
    {
        CandidateSet candidates = new(
            [Pool.Model("large", 0.9, 10), Pool.Model("small", 0.5, 1), Pool.Model("overpriced", 0.5, 5), Pool.Model("medium", 0.7, 3)],
            new RequestFeatures());

        StrategyVerdict verdict = await new CascadeStrategy().EvaluateAsync(Make.Request(), candidates, CancellationToken.None);

        Assert.That(verdict.Ranking, Is.EqualTo(["small", "medium", "large"]));
    }

    [Test]
    public async Task OtherPolicies_DoNotCascade()
    {
        CascadeStrategy strategy = new(new CascadeSettings { Policies = ["batch"] });

        StrategyVerdict verdict = await strategy.EvaluateAsync(Make.Request(), new CandidateSet([Pool.Model("m", 0.5, 1)], new RequestFeatures()), CancellationToken.None);

        Assert.That(verdict.Kind, Is.EqualTo(StrategyVerdictKind.Abstain));
    }

    [Test]
    public async Task ScoreBelowTheStepsThreshold_ClimbsToTheNextStep_R32([Values] bool streaming)
    {
        using RoutingChatClient client = Build(
            new CascadeSettings { Steps = [new("small", AcceptFromScore: 0.8), new("missing", 1), new("large", AcceptFromScore: 0.2)] },
            new ScoreInText(),
            Pool.Model("small", 0.5, 1, new FakeChatClient("0.79")),
            Pool.Model("large", 0.9, 10, new FakeChatClient("0.21")));

        RoutingOutcome outcome = (await client.AskAsync(streaming)).GetRoutingOutcome()!;

        Assert.That(outcome.ModelId, Is.EqualTo("large"));
        Assert.That(outcome.Decision.AcceptFromScores, Is.EqualTo([0.8, 0.2]));
        Assert.That((outcome.Attempts[0].Result, outcome.Attempts[0].Validator), Is.EqualTo((AttemptResult.Rejected, "score-in-text")));
    }

    [Test]
    public async Task CostCeiling_StopsTheClimb_R32([Values] bool streaming)
    {
        FakeChatClient large = new("1.0");
        using RoutingChatClient client = Build(
            new CascadeSettings { Steps = [new("small", 0.5), new("large")], MaxCostUsd = 0.0005m },
            new ScoreInText(),
            Pool.Model("small", 0.5, 1, new FakeChatClient("0.1")),
            Pool.Model("large", 0.9, 100, large));

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(error!.Outcome!.Attempts[1].Reason, Does.Contain("cost limit"));
        Assert.That(large.Calls, Is.Empty);
    }

    [Test]
    public async Task CostAndAccuracy_LandWhereArithmeticSaysTheyMust_R32([Values] bool streaming, [Values(1, 2)] int seed)
    {
        // Three models that are right with known odds, and a validator that knows: the calls to each follow from the odds alone.
        const int Requests = 6_000;
        double[] accuracy = [0.6, 0.85, 0.97];
        Random random = new(seed);
        RoutableModel[] models = [.. accuracy.Select((odds, i) =>
            Pool.Model($"m{i}", odds, 1 + (i * 10), new FakeChatClient((_, _, _) => Task.FromResult(FakeChatClient.Answer(random.NextDouble() < odds ? "right" : "wrong")))))];
        using RoutingChatClient client = Build(new CascadeSettings(), new RejectText("wrong"), models);
        decimal spent = 0;
        int served = 0;
        int wrong = 0;
        int[] calls = new int[3];

        for (int i = 0; i < Requests; i++)
        {
            RoutingOutcome outcome;
            try
            {
                ChatResponse response = await client.AskAsync(streaming);
                outcome = response.GetRoutingOutcome()!;
                served++;
                wrong += response.Text == "right" ? 0 : 1;
            }
            catch (RouteFailedException exception)
            {
                outcome = exception.Outcome!;
            }

            spent += outcome.CostUsd;
            for (int step = 0; step < outcome.Attempts.Length; step++)
            {
                calls[step]++;
            }
        }

        double[] reach = [1, 0.4, 0.4 * 0.15];
        double expectedCost = Enumerable.Range(0, 3).Sum(i => reach[i] * (double)models[i].Profile.EstimateCostUsd(10, 5)!.Value) * Requests;
        double expectedServed = Requests * (1 - (0.4 * 0.15 * 0.03));
        Assert.That(wrong, Is.Zero, "a bad answer never reaches the caller");
        for (int i = 0; i < 3; i++)
        {
            Assert.That(calls[i], Is.EqualTo(Requests * reach[i]).Within(4 * Math.Sqrt(Requests * reach[i] * (1 - reach[i]) + 1)), $"calls of step {i}");
        }

        Assert.That((double)spent, Is.EqualTo(expectedCost).Within(0.05 * expectedCost));
        Assert.That(served, Is.EqualTo(expectedServed).Within(4 * Math.Sqrt(Requests * 0.0018)));
    }

    private static RoutingChatClient Build(CascadeSettings settings, IResponseValidator validator, params RoutableModel[] models) => new RoutingPipeline
    {
        Models = models,
        Strategies = [new CascadeStrategy(settings)],
        Validators = [validator],
        Execution = new ExecutionSettings(),
    }.Build();

    private sealed class ScoreInText : IResponseValidator
    {
        public string Name => "score-in-text";

        public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken) =>
            new(ValidationVerdict.AcceptWithScore(double.Parse(response.Text, System.Globalization.CultureInfo.InvariantCulture), "the answer says so"));
    }
}
