namespace LlmRouting;

/// <summary>Waits for code behind a seam, no longer than it may take.</summary>
internal static class SeamCall
{
    /// <summary>Waits for a call that did not complete at once.</summary>
    /// <param name="pending">The call.</param>
    /// <param name="source">Its own cancellation, linked to the caller's; cancelled when the time is over.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <returns>The result.</returns>
    /// <exception cref="TimeoutException">The time is over. Work that ignores its cancellation is abandoned.</exception>
    /// <exception cref="OperationCanceledException">The source was cancelled.</exception>
    public static async ValueTask<T> WaitAsync<T>(ValueTask<T> pending, CancellationTokenSource source, TimeSpan limit, TimeProvider timeProvider)
    {
        Task<T> task = pending.AsTask();
        try
        {
            return await task.WaitAsync(limit, timeProvider, source.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !task.IsCompleted)
        {
            await source.CancelQuietlyAsync().ConfigureAwait(false);

            // The abandoned task may still fail; nobody else will look at it.
            _ = task.ContinueWith(
                static late => _ = late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }
}
