using LlmRouting.Budgets;
using LlmRouting.Core.Tests.DependencyInjection;
using LlmRouting.Core.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace LlmRouting.Core.Tests.Budgets;

/// <summary>Shows budgets that come from the configuration, and what a reload does to them.</summary>
public sealed class BudgetReloadTests
{
    [Test]
    [Description("S28: what was spent outlives a reload, and the new limit holds at once")]
    public async Task Reload_KeepsWhatWasSpentUnderANewLimit()
    {
        using TestHost host = new(WithLimit("5"));
        BudgetLedger ledger = host.Services.GetRequiredService<BudgetLedger>();
        await host.Chat.AskAsync(streaming: false);
        decimal spent = ledger.GetStatus("daily")!.SpentUsd;

        host.Reload(WithLimit("7"));

        BudgetStatus status = ledger.GetStatus("DAILY")!;
        Assert.That(spent, Is.Positive);
        Assert.That((status.SpentUsd, status.LimitUsd), Is.EqualTo((spent, 7m)));
    }

    [Test]
    public async Task Reload_CanBringTheFirstBudget()
    {
        using TestHost host = new();
        await host.Chat.AskAsync(streaming: false);

        host.Reload(WithLimit("0"));

        Assert.That(async () => await host.Chat.AskAsync(streaming: false), Throws.TypeOf<BudgetExceededException>());
    }

    [Test]
    [Description("S28: an invalid reload leaves the last good limits in force")]
    public void Reload_ThatIsInvalid_ChangesNoLimit()
    {
        using TestHost host = new(WithLimit("5"));
        BudgetLedger ledger = host.Services.GetRequiredService<BudgetLedger>();

        host.Reload(WithLimit("-5"));

        Assert.That(ledger.GetStatus("daily")!.LimitUsd, Is.EqualTo(5));
    }

    private static IEnumerable<KeyValuePair<string, string?>> WithLimit(string usd) => Settings.Valid(
        ("Budgets:daily:LimitUsd", usd),
        ("Models:small:InputUsdPerMillionTokens", "1"),
        ("Models:small:OutputUsdPerMillionTokens", "1"),
        ("Models:large:InputUsdPerMillionTokens", "1"),
        ("Models:large:OutputUsdPerMillionTokens", "1"));
}
