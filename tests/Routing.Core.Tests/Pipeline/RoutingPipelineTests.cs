using LlmRouting.Conversations;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Pipeline;

public sealed class RoutingPipelineTests
{
    [Test]
    public async Task Build_NeedsOnlyModels()
    {
        using IChatClient client = new RoutingPipeline { Models = [Make.Model("only")] }.Build();

        Assert.That((await client.GetResponseAsync("hello")).Text, Is.EqualTo("only"));
    }

    [Test]
    public void Build_RefusesWhatCannotWork()
    {
        Assert.That(() => new RoutingPipeline().Build(), Throws.ArgumentException.With.Message.StartsWith("There are no models"));
        Refuses(pipeline => pipeline.DefaultModel = "ghost", "DefaultModel is 'ghost', which is not registered; registered: small, medium, large.");
        Refuses(pipeline => pipeline.MinConfidence = 2, "MinConfidence is 2; it must be between 0 and 1.");
        Refuses(pipeline => pipeline.Models = [Make.Model("a"), Make.Model("A")], "Model 'A' is registered twice; ids must be unique (case does not count).");
        Refuses(
            pipeline => pipeline.Strategies = [new DelegateStrategy("a", static (_, _) => default), new DelegateStrategy("A", static (_, _) => default)],
            "Strategy 'a' is given twice; names must be unique (case does not count).");
        Refuses(
            pipeline => pipeline.Classifiers = [new FakeClassifier(0.5), new FakeClassifier(0.5)],
            "Classifier 'fake' is given twice; names must be unique (case does not count).");
        Refuses(
            pipeline => pipeline.Policies = [new RoutingPolicy { Id = "p" }, new RoutingPolicy { Id = "P" }],
            "Policy 'p' is given twice; names must be unique (case does not count).");
        Refuses(
            pipeline => pipeline.Policies = [new RoutingPolicy { Id = "p", MinTier = "turbo" }],
            "Policy 'p' names tier 'turbo', which is not one of the tiers: fast, balanced, frontier.");
    }

    [Test]
    public void R25_ToolAffinity_IsAskedFirstUnlessItIsPlacedElsewhere()
    {
        RoutingPipeline unplaced = new() { Strategies = [new DelegateStrategy("a", static (_, _) => default)] };
        RoutingPipeline placed = new() { Strategies = [new DelegateStrategy("a", static (_, _) => default), new ToolAffinityStrategy()] };

        Assert.That(unplaced.BuildPlan().Strategies.Select(static strategy => strategy.Name), Is.EqualTo(["affinity", "a"]));
        Assert.That(placed.BuildPlan().Strategies.Select(static strategy => strategy.Name), Is.EqualTo(["a", "affinity"]));
    }

    [Test]
    public void SoftConstraints_AreAskedLast()
    {
        RoutingPipeline pipeline = new() { Constraints = [new FakeConstraint("soft", static _ => null, isSoft: true), new FakeConstraint("hard", static _ => null)] };

        Assert.That(
            pipeline.BuildPlan().Constraints.Select(static constraint => constraint.Name),
            Is.EqualTo(["capability", "context-window", "policy", "cost", "hosted-content", "hard", "latency", "soft"]));
    }

    private static void Refuses(Action<RoutingPipeline> configure, string message)
    {
        RoutingPipeline pipeline = new() { Models = Make.Ladder() };
        configure(pipeline);

        Assert.That(() => pipeline.Build(), Throws.ArgumentException.With.Message.StartsWith(message));
    }
}
