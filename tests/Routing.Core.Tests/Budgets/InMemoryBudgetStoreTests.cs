using System.Collections.Immutable;
using LlmRouting.Budgets;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Budgets;

public sealed class InMemoryBudgetStoreTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.Parse("2026-11-22T00:00:00Z");

    [Test]
    [Description("R17: all accounts or none")]
    public async Task TryReserve_SetsNothingAsideWhenOneAccountIsFull()
    {
        InMemoryBudgetStore store = new();
        BudgetCharge roomy = Charge("roomy", amount: 1, limit: 10);
        BudgetCharge full = Charge("full", amount: 1, limit: 0.5m);

        int refused = await store.TryReserveAsync([roomy, full], default);

        Assert.That(refused, Is.EqualTo(1));
        Assert.That(store.Read(roomy.Account), Is.EqualTo(default(BudgetBalance)));
    }

    [Test]
    [Description("S19: what costs nothing has room on an account that is overdrawn")]
    public async Task TryReserve_HasRoomForNothingOnAnOverdrawnAccount()
    {
        InMemoryBudgetStore store = new();
        ImmutableArray<BudgetCharge> dear = [Charge("a", amount: 1, limit: 1)];
        await store.TryReserveAsync(dear, default);
        await store.SettleAsync(dear, 5);

        Assert.That(await store.TryReserveAsync([Charge("a", amount: 0, limit: 1)], default), Is.EqualTo(-1));
        Assert.That(await store.TryReserveAsync([Charge("a", amount: 0.01m, limit: 1)], default), Is.Zero);
    }

    [Test]
    public async Task Settle_ReplacesTheReservationByTheCost([Values("0", "0.4", "1.7")] string actual)
    {
        InMemoryBudgetStore store = new();
        ImmutableArray<BudgetCharge> charges = [Charge("a", amount: 1, limit: 10), Charge("b", amount: 2, limit: 10)];
        await store.TryReserveAsync(charges, default);

        await store.SettleAsync(charges, decimal.Parse(actual));

        Assert.That(charges.Select(charge => store.Read(charge.Account)), Is.All.EqualTo(new BudgetBalance(decimal.Parse(actual), 0)));
    }

    [Test]
    public void TryReserve_SetsNothingAsideForACallerWhoIsGone()
    {
        InMemoryBudgetStore store = new();

        Assert.That(() => store.TryReserveAsync([Charge("a", 1, 10)], new CancellationToken(canceled: true)).AsTask(), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(store.Count, Is.Zero);
    }

    [Test]
    [Description("R17 R27: 16 threads, 1,000,000 operations; spent and reserved never pass the limit, and reservations end at zero")]
    public void TryReserve_NeverPassesTheLimitUnderManyThreads()
    {
        const int Threads = 16;
        const int Operations = 1_000_000;
        InMemoryBudgetStore store = new();
        BudgetCharge[] accounts = [.. Enumerable.Range(0, 8).Select(static i => Charge($"a{i}", amount: 0, limit: 1_000))];
        decimal[] booked = new decimal[Threads];
        int broken = 0;

        Parallel.For(0, Threads, new ParallelOptions { MaxDegreeOfParallelism = Threads }, thread =>
        {
            Random random = new(thread);
            for (int i = 0; i < Operations / Threads / 2; i++)
            {
                decimal amount = random.Next(1, 100) / 10m;
                ImmutableArray<BudgetCharge> charges = [accounts[random.Next(4)] with { AmountUsd = amount }, accounts[4 + random.Next(4)] with { AmountUsd = amount }];
                if (store.TryReserveAsync(charges, default).AsTask().Result >= 0)
                {
                    continue;
                }

                if (store.Read(charges[0].Account).CommittedUsd > 1_000)
                {
                    Interlocked.Increment(ref broken);
                }

                decimal actual = random.Next(3) == 0 ? 0 : amount / 10;
                store.SettleAsync(charges, actual).AsTask().Wait();
                booked[thread] += actual;
            }
        });

        Assert.That(broken, Is.Zero);
        BudgetBalance[] balances = [.. accounts.Select(account => store.Read(account.Account))];
        Assert.That(balances.Select(static balance => balance.ReservedUsd), Is.All.Zero);
        Assert.That(balances.Select(static balance => balance.SpentUsd), Is.All.LessThanOrEqualTo(1_000m));
        Assert.That(balances.Sum(static balance => balance.SpentUsd), Is.EqualTo(2 * booked.Sum()));
    }

    [Test]
    [Description("R17: memory stays flat over many windows")]
    public async Task Accounts_AreForgottenWhenTheirWindowIsOver()
    {
        ManualTimeProvider clock = new();
        InMemoryBudgetStore store = new(clock);

        for (int hour = 0; hour < 2_000; hour++)
        {
            DateTimeOffset start = clock.GetUtcNow();
            ImmutableArray<BudgetCharge> charges = [new(new("hourly", "tenant", start), start.AddHours(1), 1, 10)];
            await store.TryReserveAsync(charges, default);
            await store.SettleAsync(charges, 1);
            clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.That(store.Count, Is.LessThanOrEqualTo(256));
    }

    [Test]
    public async Task Accounts_StayWhileACallOnThemIsRunning()
    {
        ManualTimeProvider clock = new();
        InMemoryBudgetStore store = new(clock);
        DateTimeOffset start = clock.GetUtcNow();
        ImmutableArray<BudgetCharge> running = [new(new("hourly", "slow", start), start.AddHours(1), 5, 10)];
        await store.TryReserveAsync(running, default);
        clock.Advance(TimeSpan.FromDays(1));

        for (int i = 0; i < 1_000; i++)
        {
            await store.TryReserveAsync([new(new("hourly", $"o{i}", start), start.AddHours(1), 1, 10)], default);
        }

        Assert.That(store.Read(running[0].Account).ReservedUsd, Is.EqualTo(5));
    }

    private static BudgetCharge Charge(string budget, decimal amount, decimal limit) => new(new(budget, "", Start), Start.AddDays(1), amount, limit);
}
