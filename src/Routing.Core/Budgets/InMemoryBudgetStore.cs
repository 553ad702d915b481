using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace LlmRouting.Budgets;

/// <summary>Keeps the accounts of this process in memory.</summary>
/// <remarks>
/// Thread-safe. Nothing is shared between replicas, so each has the whole limit for itself, and nothing survives a restart. Accounts whose
/// window is over are forgotten, once no call on them is running; until then the memory grows with the number of owners.
/// </remarks>
/// <param name="timeProvider">The clock; null means the system's.</param>
public sealed class InMemoryBudgetStore(TimeProvider? timeProvider = null) : IBudgetStore
{
    // Sweeping costs a pass over all accounts, so it waits until there are twice as many as after the last one.
    private const int FirstSweep = 256;

    private readonly TimeProvider _timeProvider = timeProvider ?? TimeProvider.System;
    private readonly Lock _lock = new();
    private readonly Dictionary<BudgetAccount, Entry> _entries = [];
    private int _nextSweep = FirstSweep;

    /// <summary>Gets how many accounts are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> TryReserveAsync(ImmutableArray<BudgetCharge> charges, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            for (int i = 0; i < charges.Length; i++)
            {
                ref readonly BudgetCharge charge = ref charges.ItemRef(i);
                if (charge.AmountUsd > 0 && Read_NeedsLock(charge.Account).CommittedUsd + charge.AmountUsd > charge.LimitUsd)
                {
                    return new(i);
                }
            }

            Sweep_NeedsLock();
            foreach (ref readonly BudgetCharge charge in charges.AsSpan())
            {
                Change_NeedsLock(charge, spent: 0, charge.AmountUsd, running: 1);
            }
        }

        return new(-1);
    }

    /// <inheritdoc/>
    public ValueTask SettleAsync(ImmutableArray<BudgetCharge> charges, decimal actualUsd)
    {
        lock (_lock)
        {
            foreach (ref readonly BudgetCharge charge in charges.AsSpan())
            {
                Change_NeedsLock(charge, actualUsd, -charge.AmountUsd, running: -1);
            }
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public BudgetBalance Read(in BudgetAccount account)
    {
        lock (_lock)
        {
            return Read_NeedsLock(account);
        }
    }

    private BudgetBalance Read_NeedsLock(in BudgetAccount account) =>
        _entries.TryGetValue(account, out Entry entry) ? new(entry.Spent, entry.Reserved) : default;

    private void Change_NeedsLock(in BudgetCharge charge, decimal spent, decimal reserved, int running)
    {
        ref Entry entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, charge.Account, out _);
        entry.Spent += spent;
        entry.Reserved += reserved;
        entry.Running += running;

        // An account without an end is kept for a while after its last use.
        entry.ForgetAfter = charge.End < DateTimeOffset.MaxValue ? charge.End : _timeProvider.GetUtcNow() + BudgetWindow.LifetimeIdle;
    }

    private void Sweep_NeedsLock()
    {
        if (_entries.Count < _nextSweep)
        {
            return;
        }

        DateTimeOffset now = _timeProvider.GetUtcNow();
        foreach ((BudgetAccount account, Entry entry) in _entries)
        {
            if (entry.Running <= 0 && entry.ForgetAfter <= now)
            {
                _entries.Remove(account);
            }
        }

        _nextSweep = Math.Max(FirstSweep, 2 * _entries.Count);
    }

    private struct Entry
    {
        public decimal Spent;
        public decimal Reserved;
        public int Running;
        public DateTimeOffset ForgetAfter;
    }
}
