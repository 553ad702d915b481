using System.Reflection;
using LlmRouting.Core.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests;

public sealed class RoutingHintsTests
{
    [Test]
    public void WithRouting_ReturnsTheSameOptionsAndAddsToEarlierHints()
    {
        ChatOptions options = new() { Temperature = 0.5f };

        ChatOptions returned = options.WithRouting(hints => hints.Policy = "bot").WithRouting(hints => hints.UserTier = "premium");

        RoutingHints hints = RoutingHints.From(options);
        Assert.That(returned, Is.SameAs(options));
        Assert.That((hints.Policy, hints.UserTier, hints.AllowFallback), Is.EqualTo(("bot", "premium", true)));
    }

    [Test]
    public void R9_WithRouting_OnAClone_LeavesTheOriginalAlone()
    {
        ChatOptions original = Make.Hints(hints =>
        {
            hints.Model = "small";
            hints.Metadata = new Dictionary<string, string> { ["team"] = "blue" };
        });

        ChatOptions clone = original.Clone();
        clone.WithRouting(hints =>
        {
            hints.Model = "large";
            hints.Metadata!["team"] = "red";
        });

        Assert.That((RoutingHints.From(original).Model, RoutingHints.From(clone).Model), Is.EqualTo(("small", "large")));
        Assert.That((RoutingHints.From(original).Metadata!["team"], RoutingHints.From(clone).Metadata!["TEAM"]), Is.EqualTo(("blue", "red")));
    }

    [Test]
    public void Copy_TakesEveryHint()
    {
        RoutingHints full = new()
        {
            Model = "m",
            AllowFallback = false,
            Policy = "p",
            UserTier = "u",
            UserId = "i",
            Priority = RequestPriority.Background,
            MaxLatency = TimeSpan.FromSeconds(1),
            MaxCostUsd = 1,
            ConversationId = "c",
            BudgetScope = "b",
            Region = "r",
            Metadata = new Dictionary<string, string> { ["k"] = "v" },
        };

        RoutingHints copy = new(full);

        foreach (PropertyInfo property in typeof(RoutingHints).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            Assert.That(property.GetValue(full), Is.Not.EqualTo(property.GetValue(new RoutingHints())), $"the test must set {property.Name}");
            Assert.That(property.GetValue(copy), Is.EqualTo(property.GetValue(full)), property.Name);
        }
    }

    [Test]
    public void Options_WithoutHints_HaveNone()
    {
        Assert.That(RoutingHints.From(null), Is.SameAs(RoutingHints.From(new ChatOptions())));
        Assert.That(RoutingHints.From(null).Model, Is.Null);
    }

    [Test]
    public void WithRouting_RefusesNull()
    {
        Assert.That(() => RoutingChatOptionsExtensions.WithRouting(null!, static _ => { }), Throws.ArgumentNullException);
        Assert.That(() => new ChatOptions().WithRouting(null!), Throws.ArgumentNullException);
    }
}
