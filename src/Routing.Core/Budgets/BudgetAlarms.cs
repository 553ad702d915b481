namespace LlmRouting.Budgets;

/// <summary>Remembers what has been warned of, so that each threshold of an account is told once in its window.</summary>
/// <remarks>
/// Thread-safe. Calls settle side by side, and each reads what all of them have spent: by their sums alone, several would think that it was
/// they who crossed a threshold, or none would. Another limit of the same account is warned of anew.
/// </remarks>
internal sealed class BudgetAlarms
{
    // An account takes a place only when it passes a threshold. Where there are more than these, a warning may be told again.
    private const int Capacity = 4_096;

    private readonly Lock _lock = new();
    private readonly Dictionary<(BudgetAccount Account, decimal LimitUsd), (BudgetAlarm Alarm, DateTimeOffset End)> _told = [];

    /// <summary>Says whether this is the first time that an account comes this far, and remembers it.</summary>
    public bool IsFirst(in BudgetCharge charge, BudgetAlarm alarm, DateTimeOffset now)
    {
        lock (_lock)
        {
            (BudgetAccount, decimal) key = (charge.Account, charge.LimitUsd);
            if (_told.TryGetValue(key, out (BudgetAlarm Alarm, DateTimeOffset End) known) && known.Alarm >= alarm)
            {
                return false;
            }

            if (_told.Count >= Capacity)
            {
                Forget_NeedsLock(now);
            }

            _told[key] = (alarm, charge.End);
            return true;
        }
    }

    private void Forget_NeedsLock(DateTimeOffset now)
    {
        foreach (((BudgetAccount, decimal) key, (BudgetAlarm Alarm, DateTimeOffset End) told) in _told)
        {
            if (told.End <= now)
            {
                _told.Remove(key);
            }
        }

        if (_told.Count >= Capacity)
        {
            _told.Clear();
        }
    }
}
