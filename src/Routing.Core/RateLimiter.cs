namespace LlmRouting;

/// <summary>Keeps an endpoint within its requests and tokens per minute, and within what its service says is left.</summary>
/// <remarks>
/// Thread-safe. A call is counted once, when it starts. It takes one interlocked operation for each limit that is set, and a lock only where the
/// service says what is left. Limits are taken one after the other, and given back when a later one refuses: beside a call that is refused,
/// another one may be refused that would just have fitted, and none is ever let through that does not.
/// </remarks>
internal sealed class RateLimiter
{
    private TokenBucket _requests;
    private TokenBucket _tokens;
    private ToldLimits? _told;

    /// <summary>Takes one call and its tokens.</summary>
    /// <param name="load">The limits.</param>
    /// <param name="tokens">What the call is expected to use.</param>
    /// <param name="now">Now, from <see cref="Monotonic"/>.</param>
    /// <param name="taken">What was taken when the call may start; to be released or settled.</param>
    /// <param name="wait">How long to wait when the call may not start; zero when it may.</param>
    public bool TryAcquire(EndpointLoadSettings load, long tokens, long now, out RateReservation taken, out TimeSpan wait)
    {
        long forRequests = load.RequestsPerMinute is { } requests ? _requests.TryTake(1, requests, now) : 0;
        long forTokens = load.TokensPerMinute is not { } most ? 0
            : forRequests == 0 ? _tokens.TryTake(tokens, most, now)
            : _tokens.WaitFor(tokens, most, now);
        long ticks = Math.Max(forRequests, forTokens);
        long timesTold = 0;
        if (Volatile.Read(ref _told) is { } told)
        {
            ticks = Math.Max(ticks, told.TryTake(tokens, now, isOnlyAQuestion: ticks > 0, out timesTold));
        }

        wait = TimeSpan.FromTicks(ticks);
        if (ticks == 0)
        {
            taken = new(tokens, timesTold);
            return true;
        }

        taken = RateReservation.None;

        if (forRequests == 0)
        {
            GiveBackRequest(load);
            if (forTokens == 0)
            {
                GiveBackTokens(load, tokens);
            }
        }

        return false;
    }

    /// <summary>Undoes <see cref="TryAcquire"/>: the call was not made after all.</summary>
    public void Release(EndpointLoadSettings load, RateReservation taken)
    {
        GiveBackRequest(load);
        GiveBackTokens(load, taken.Tokens);
        Volatile.Read(ref _told)?.GiveBack(requests: 1, taken.Tokens, taken.Told);
    }

    /// <summary>Puts what a call used in the place of what was reserved for it.</summary>
    public void Settle(EndpointLoadSettings load, RateReservation taken, long used)
    {
        long reserved = taken.Tokens;
        if (used == reserved)
        {
            return;
        }

        if (used < reserved)
        {
            GiveBackTokens(load, reserved - used);
        }
        else if (load.TokensPerMinute is { } most)
        {
            _tokens.Take(used - reserved, most);
        }

        Volatile.Read(ref _told)?.GiveBack(requests: 0, reserved - used, taken.Told);
    }

    /// <summary>Takes note of what the service says.</summary>
    public void Observe(RateLimitState state, long now)
    {
        if (Volatile.Read(ref _told) is null)
        {
            Interlocked.CompareExchange(ref _told, new ToldLimits(), null);
        }

        _told!.Observe(state, now); // not null: just made, and never taken away
    }

    private void GiveBackRequest(EndpointLoadSettings load)
    {
        if (load.RequestsPerMinute is { } requests)
        {
            _requests.GiveBack(1, requests);
        }
    }

    private void GiveBackTokens(EndpointLoadSettings load, long tokens)
    {
        if (load.TokensPerMinute is { } most)
        {
            _tokens.GiveBack(tokens, most);
        }
    }
}
