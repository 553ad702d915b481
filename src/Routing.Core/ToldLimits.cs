namespace LlmRouting;

/// <summary>Keeps what a service says is left of its rate limits, and counts it down until the service says more.</summary>
/// <remarks>
/// Thread-safe; its own lock. Made only for endpoints whose service says anything. What a service says counts, by its own estimate, every call
/// that has reached it. So a call that began before is in it already, and its end changes nothing: else it would be counted twice. What calls
/// take in the time that the word is on its way is lost; the next word makes up for it.
/// </remarks>
internal sealed class ToldLimits
{
    private readonly Lock _lock = new();
    private long _requests;
    private long _requestsUntil;
    private long _tokens;
    private long _tokensUntil;
    private long _timesTold;
    private long _requestsToldAt;
    private long _tokensToldAt;

    /// <summary>Takes one call and its tokens, if both fit.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="now">Now, from <see cref="Monotonic"/>.</param>
    /// <param name="isOnlyAQuestion">Whether nothing is to be taken.</param>
    /// <param name="timesTold">How often the service has said what is left.</param>
    /// <returns>0 when it is taken; else how many ticks it takes until it fits.</returns>
    public long TryTake(long tokens, long now, bool isOnlyAQuestion, out long timesTold)
    {
        lock (_lock)
        {
            timesTold = _timesTold;

            // What the service said holds until it starts afresh; a call that is larger than everything still starts when much is left.
            long ticks = Math.Max(
                now < _requestsUntil && _requests < 1 ? _requestsUntil - now : 0,
                now < _tokensUntil && _tokens < tokens ? _tokensUntil - now : 0);
            if (ticks == 0 && !isOnlyAQuestion)
            {
                _requests--;
                _tokens -= tokens;
            }

            return ticks;
        }
    }

    /// <summary>Gives back a call that was not made, or tokens that were not used; less than none takes more.</summary>
    /// <param name="requests">The calls.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="takenAt">How often the service had said what is left when they were taken.</param>
    public void GiveBack(int requests, long tokens, long takenAt)
    {
        lock (_lock)
        {
            if (_requestsToldAt <= takenAt)
            {
                _requests += requests;
            }

            if (_tokensToldAt <= takenAt)
            {
                _tokens += tokens;
            }
        }
    }

    /// <summary>Takes note of what the service says.</summary>
    public void Observe(RateLimitState state, long now)
    {
        lock (_lock)
        {
            _timesTold++;
            if (state is { RemainingRequests: { } requests, RequestsResetAfter: { } requestsReset })
            {
                _requests = requests;
                _requestsUntil = now + requestsReset.Ticks;
                _requestsToldAt = _timesTold;
            }

            if (state is { RemainingTokens: { } tokens, TokensResetAfter: { } tokensReset })
            {
                _tokens = tokens;
                _tokensUntil = now + tokensReset.Ticks;
                _tokensToldAt = _timesTold;
            }
        }
    }
}
