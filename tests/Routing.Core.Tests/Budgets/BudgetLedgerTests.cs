using LlmRouting.Budgets;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Budgets;

public sealed class BudgetLedgerTests
{
    private static readonly ModelProfile Paid = new() { Id = "paid", InputUsdPerMillionTokens = 1_000, OutputUsdPerMillionTokens = 1_000 };

    private readonly ManualTimeProvider _clock = new();

    [Test]
    [Description("R17: a reservation that the store never made is not given back, since that would make room for calls beyond the limit")]
    public async Task StoreThatFailsOnce_GivesNothingBackThatItNeverSetAside()
    {
        ForgetfulBudgetStore store = new(failures: 1);
        BudgetLedger ledger = new([new BudgetRule { Name = "daily", LimitUsd = 10 }], store, _clock);
        BudgetSession session = ledger.Begin(Make.Request())!;

        BudgetReservation unheld = (await session.TryReserveAsync(Paid, provider: null, committedUsd: 0, CancellationToken.None))!;
        unheld.Settle(0.5m);

        BudgetStatus status = ledger.GetStatus("daily")!;
        Assert.That((status.SpentUsd, status.ReservedUsd), Is.EqualTo((0.5m, 0m)));
    }

    [Test]
    [Description("R18: a threshold is told once, also by calls that settle side by side")]
    public async Task CallsThatSettleSideBySide_TellAThresholdOnce()
    {
        using RecordingLoggerFactory logs = new();
        ForgetfulBudgetStore store = new(failures: 0);
        BudgetLedger ledger = new([new BudgetRule { Name = "daily", LimitUsd = 15, DowngradeAt = 0.5 }], store, _clock, logs.CreateLogger<BudgetLedger>());
        BudgetReservation first = await ReserveAsync(ledger);
        BudgetReservation second = await ReserveAsync(ledger);

        store.AfterSettling = () => second.Settle(8);
        first.Settle(8);

        Assert.That(logs.Of(EventIds.BudgetSpent).ToArray(), Has.Length.EqualTo(1));
        Assert.That(logs.Of(EventIds.BudgetRunsLow), Is.Empty, "the limit itself was reached first");
    }

    [Test]
    [Description("R18: each window, and each limit, is warned of anew")]
    public async Task NextWindowAndAnotherLimit_AreWarnedOfAnew()
    {
        using RecordingLoggerFactory logs = new();
        BudgetRule rule = new() { Name = "daily", LimitUsd = 10, DowngradeAt = 0.5 };
        BudgetLedger ledger = new([rule], store: null, _clock, logs.CreateLogger<BudgetLedger>());

        (await ReserveAsync(ledger)).Settle(6);
        (await ReserveAsync(ledger)).Settle(1);
        int low = logs.Of(EventIds.BudgetRunsLow).Count();
        (await ReserveAsync(ledger)).Settle(5);
        ledger.Update([rule with { LimitUsd = 16 }]);
        (await ReserveAsync(ledger)).Settle(1);
        int afterTheChange = logs.Of(EventIds.BudgetRunsLow).Count();
        _clock.Advance(TimeSpan.FromDays(1));
        (await ReserveAsync(ledger)).Settle(9);

        Assert.That((low, afterTheChange, logs.Of(EventIds.BudgetRunsLow).Count(), logs.Of(EventIds.BudgetSpent).Count()), Is.EqualTo((1, 2, 3, 1)));
    }

    private static async Task<BudgetReservation> ReserveAsync(BudgetLedger ledger) =>
        await ledger.Begin(Make.Request())!.TryReserveAsync(Paid, provider: null, committedUsd: 0, CancellationToken.None)
        ?? throw new AssertionException("There was no room.");
}
