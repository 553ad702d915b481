namespace LlmRouting;

/// <summary>Cancels without hearing what callbacks of the token throw: a client's own code must not reach whoever cancels it.</summary>
internal static class QuietCancellation
{
    /// <summary>Cancels; every callback runs, whatever the others throw.</summary>
    public static void CancelQuietly(this CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException)
        {
            // The callbacks are the client's, and so are their failures; the source is cancelled all the same.
        }
    }

    /// <summary>Cancels; callbacks run on the thread pool.</summary>
    public static async ValueTask CancelQuietlyAsync(this CancellationTokenSource source)
    {
        try
        {
            await source.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException)
        {
            // As above.
        }
    }
}
