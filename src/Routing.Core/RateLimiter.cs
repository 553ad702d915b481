namespace LlmRouting;

/// <summary>Keeps an endpoint within its requests and tokens per minute, and within what its service says is left.</summary>
/// <remarks>Thread-safe; its own lock, held for a few additions. A call is counted once, when it starts.</remarks>
internal sealed class RateLimiter
{
    private readonly Lock _lock = new();
    private TokenBucket _requests;
    private TokenBucket _tokens;
    private long _toldRequests;
    private long _toldRequestsUntil;
    private long _toldTokens;
    private long _toldTokensUntil;

    /// <summary>Takes one call and its tokens.</summary>
    /// <param name="load">The limits.</param>
    /// <param name="tokens">What the call is expected to use.</param>
    /// <param name="now">Now, from <see cref="Monotonic"/>.</param>
    /// <param name="wait">How long to wait when the call may not start; zero when it may.</param>
    public bool TryAcquire(EndpointLoadSettings load, long tokens, long now, out TimeSpan wait)
    {
        lock (_lock)
        {
            long ticks = load.RequestsPerMinute is { } requests ? _requests.WaitFor(1, requests, now) : 0;
            ticks = Math.Max(ticks, load.TokensPerMinute is { } most ? _tokens.WaitFor(tokens, most, now) : 0);
            ticks = Math.Max(ticks, Told(_toldRequests, 1, _toldRequestsUntil, now));
            ticks = Math.Max(ticks, Told(_toldTokens, tokens, _toldTokensUntil, now));
            wait = TimeSpan.FromTicks(ticks);
            if (ticks > 0)
            {
                return false;
            }

            _requests.Take(1);
            _tokens.Take(tokens);
            _toldRequests--;
            _toldTokens -= tokens;
            return true;
        }
    }

    /// <summary>Undoes <see cref="TryAcquire"/>: the call was not made after all.</summary>
    public void Release(long tokens)
    {
        lock (_lock)
        {
            _requests.GiveBack(1);
            _toldRequests++;
            GiveBack_NeedsLock(tokens);
        }
    }

    /// <summary>Puts what a call used in the place of what was reserved for it.</summary>
    public void Settle(long reserved, long used)
    {
        lock (_lock)
        {
            if (used > reserved)
            {
                _tokens.Take(used - reserved);
                _toldTokens -= used - reserved;
            }
            else
            {
                GiveBack_NeedsLock(reserved - used);
            }
        }
    }

    /// <summary>Takes note of what the service says.</summary>
    public void Observe(RateLimitState state, long now)
    {
        lock (_lock)
        {
            if (state is { RemainingRequests: { } requests, RequestsResetAfter: { } requestsReset })
            {
                _toldRequests = requests;
                _toldRequestsUntil = now + requestsReset.Ticks;
            }

            if (state is { RemainingTokens: { } tokens, TokensResetAfter: { } tokensReset })
            {
                _toldTokens = tokens;
                _toldTokensUntil = now + tokensReset.Ticks;
            }
        }
    }

    private void GiveBack_NeedsLock(long tokens)
    {
        _tokens.GiveBack(tokens);
        _toldTokens += tokens;
    }

    // What the service said holds until it starts afresh; a call that is larger than everything still starts when much is left.
    private static long Told(long left, long amount, long until, long now) => now < until && left < amount ? until - now : 0;
}
