namespace LlmRouting.Execution;

/// <summary>Says whether and when a failed attempt is worth a retry at the same endpoint.</summary>
internal static class RetryPlan
{
    /// <summary>Says how a failure is retried.</summary>
    /// <returns>null when a retry would meet the same; true to retry before anybody else is asked; false when nobody else is left.</returns>
    public static bool? Order(FailureKind? kind) => kind switch
    {
        FailureKind.Network or FailureKind.Overloaded => true,
        FailureKind.Timeout or FailureKind.ServerError or FailureKind.RateLimited => false,
        FailureKind.MalformedResponse or FailureKind.EmptyResponse or FailureKind.TruncatedStream => false,
        _ => null,
    };

    /// <summary>Draws how long to wait: exponential with full jitter, which spreads callers that failed together best (AWS Architecture Blog, 2015).</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="retry">How many retries there were before.</param>
    /// <param name="retryAfter">What the service asked for; null when it did not.</param>
    /// <param name="random">Gives numbers from 0 up to, not including, 1.</param>
    /// <returns>null when the service asks for more than a retry may wait.</returns>
    public static TimeSpan? Delay(ExecutionSettings settings, int retry, TimeSpan? retryAfter, Func<double> random)
    {
        if (retryAfter > settings.MaxRetryDelay)
        {
            return null;
        }

        TimeSpan most = settings.RetryDelay;
        for (int i = 0; i < retry && most < settings.MaxRetryDelay; i++)
        {
            most *= 2;
        }

        TimeSpan drawn = (most < settings.MaxRetryDelay ? most : settings.MaxRetryDelay) * random();
        return retryAfter > drawn ? retryAfter : drawn;
    }
}
