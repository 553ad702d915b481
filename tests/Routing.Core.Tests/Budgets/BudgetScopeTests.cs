using LlmRouting.Budgets;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Budgets;

[Description("S19")]
public sealed class BudgetScopeTests
{
    [TestCase("everything", "")]
    [TestCase("Model", "large")]
    [TestCase("PROVIDER", "openai")]
    [TestCase("policy", "bot")]
    [TestCase("user", "u1")]
    [TestCase("userTier", "premium")]
    [TestCase("tenant", "acme")]
    [TestCase("conversation", "c1")]
    [TestCase("metadata:region", "eu")]
    [TestCase("metadata:unheard", "")]
    public void OwnerOf_ReadsWhatTheScopeNames(string text, string owner)
    {
        ChatOptions options = new ChatOptions().WithRouting(static hints =>
        {
            hints.UserId = "u1";
            hints.UserTier = "premium";
            hints.BudgetScope = "acme";
            hints.ConversationId = "c1";
            hints.Metadata = new Dictionary<string, string> { ["region"] = "eu" };
        });
        RoutingRequest request = new(Pool.Hello, options, policy: new RoutingPolicy { Id = "bot" });

        Assert.That(BudgetScope.TryParse(text, out BudgetScope? scope), Is.True);
        Assert.That(scope!.OwnerOf(request, "large", "openai"), Is.EqualTo(owner));
    }

    [Test]
    public void OwnerOf_PutsRequestsThatDoNotSayOnOneAccount([Values] BudgetScopeKind kind)
    {
        BudgetScope scope = kind == BudgetScopeKind.Metadata ? BudgetScope.PerMetadata("region") : BudgetScope.Per(kind);

        string owner = scope.OwnerOf(new RoutingRequest(Pool.Hello), "large", provider: null);

        Assert.That(owner, Is.EqualTo(kind == BudgetScopeKind.Model ? "large" : ""));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("everyone")]
    [TestCase("3")]
    [TestCase("metadata")]
    [TestCase("metadata:")]
    [TestCase("metadata:  ")]
    public void TryParse_RefusesWhatIsNoScope(string? text) => Assert.That(BudgetScope.TryParse(text, out _), Is.False);

    [Test]
    public void ToString_CanBeReadBack([Values] BudgetScopeKind kind)
    {
        BudgetScope scope = kind == BudgetScopeKind.Metadata ? BudgetScope.PerMetadata("region") : BudgetScope.Per(kind);

        Assert.That(BudgetScope.TryParse(scope.ToString(), out BudgetScope? read), Is.True);
        Assert.That(read, Is.EqualTo(scope));
    }
}
