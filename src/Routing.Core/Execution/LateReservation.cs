using LlmRouting.Budgets;

namespace LlmRouting.Execution;

/// <summary>Waits for a budget that is slow to answer, no longer than somebody needs the answer; what it grants after that is given back.</summary>
internal static class LateReservation
{
    /// <summary>Waits within a time limit.</summary>
    /// <exception cref="TimeoutException">The time is over.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static ValueTask<BudgetReservation?> WaitAsync(ValueTask<BudgetReservation?> pending, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken) =>
        pending.IsCompleted ? pending : AwaitAsync(pending.AsTask(), limit, timeProvider, cancellationToken);

    /// <summary>Waits until something else has ended.</summary>
    /// <returns>null when that was first, or there is no room.</returns>
    public static ValueTask<BudgetReservation?> WaitAsync(ValueTask<BudgetReservation?> pending, Task until) =>
        pending.IsCompleted ? pending : AwaitAsync(pending.AsTask(), until);

    private static async ValueTask<BudgetReservation?> AwaitAsync(Task<BudgetReservation?> pending, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            // A timer of no time at all still lets an answer that is nearly there come first.
            return await pending.WaitAsync(limit > TimeSpan.Zero ? limit : TimeSpan.FromTicks(1), timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!pending.IsCompleted)
        {
            _ = GiveBackAsync(pending);
            throw;
        }
    }

    private static async ValueTask<BudgetReservation?> AwaitAsync(Task<BudgetReservation?> pending, Task until)
    {
        await Task.WhenAny(pending, until).ConfigureAwait(false);
        if (pending.IsCompleted)
        {
            return await pending.ConfigureAwait(false);
        }

        _ = GiveBackAsync(pending);
        return null;
    }

    private static async Task GiveBackAsync(Task<BudgetReservation?> pending)
    {
        try
        {
            (await pending.ConfigureAwait(false))?.Settle(0);
        }
        catch (OperationCanceledException)
        {
            // Then nothing is set aside.
        }
    }
}
