using LlmRouting.Testing;

namespace LlmRouting.Core.Tests;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RateLimiterTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly RateLimiter _limiter = new();
    private RateReservation _taken;

    [Test]
    public void Requests_CountOnce_AndComeBackWithTime_R19()
    {
        EndpointLoadSettings load = new() { RequestsPerMinute = 6 };
        for (int i = 0; i < 6; i++)
        {
            Assert.That(TryAcquire(load, 100, out _), Is.True);
            _limiter.Settle(load, _taken, used: 5000);
        }

        Assert.That(TryAcquire(load, 100, out TimeSpan wait), Is.False);
        Assert.That(wait, Is.EqualTo(TimeSpan.FromSeconds(10)), "one in ten seconds");
        _clock.Advance(wait);
        Assert.That(TryAcquire(load, 100, out _), Is.True);
        Assert.That(TryAcquire(load, 100, out _), Is.False);
    }

    [Test]
    public void Tokens_AreReserved_AndSettledByWhatWasUsed_R19()
    {
        EndpointLoadSettings load = new() { TokensPerMinute = 1000 };
        Assert.That(TryAcquire(load, 600, out _), Is.True);
        RateReservation first = _taken;
        Assert.That(TryAcquire(load, 600, out TimeSpan wait), Is.False);
        Assert.That(wait, Is.EqualTo(TimeSpan.FromSeconds(12)), "200 of 1000 a minute");

        _limiter.Settle(load, first, used: 300);

        Assert.That(TryAcquire(load, 600, out _), Is.True);
        _limiter.Settle(load, _taken, used: 1700);
        Assert.That(TryAcquire(load, 1, out wait), Is.False);
        Assert.That(wait, Is.EqualTo(TimeSpan.FromSeconds(60.06)), "1000 too many, and one more");
    }

    [Test]
    public void CallThatIsLargerThanAMinute_StartsWhenNothingElseIsUsed()
    {
        EndpointLoadSettings load = new() { TokensPerMinute = 1000 };

        Assert.That(TryAcquire(load, 5000, out _), Is.True);
        Assert.That(TryAcquire(load, 5000, out _), Is.False);
    }

    [Test]
    public void CallThatWasNotMade_IsGivenBack()
    {
        EndpointLoadSettings load = new() { RequestsPerMinute = 1, TokensPerMinute = 100 };
        TryAcquire(load, 100, out _);

        _limiter.Release(load, _taken);

        Assert.That(TryAcquire(load, 100, out _), Is.True);
    }

    [Test]
    public void WhatTheServiceSays_IsHeeded_UntilItStartsAfresh_R19()
    {
        EndpointLoadSettings load = new();
        Observe(new RateLimitState { RemainingRequests = 2, RequestsResetAfter = TimeSpan.FromSeconds(20) });
        Assert.That(TryAcquire(load, 10, out _), Is.True);
        Assert.That(TryAcquire(load, 10, out _), Is.True);

        Assert.That(TryAcquire(load, 10, out TimeSpan wait), Is.False);
        Assert.That(wait, Is.EqualTo(TimeSpan.FromSeconds(20)));
        _clock.Advance(wait);
        Assert.That(TryAcquire(load, 10, out _), Is.True);
    }

    [Test]
    public void WhatTheServiceSays_OfTokens_IsHeeded()
    {
        Observe(new RateLimitState { RemainingTokens = 50, TokensResetAfter = TimeSpan.FromSeconds(3) });

        Assert.That(TryAcquire(new(), 51, out TimeSpan wait), Is.False);
        Assert.That(wait, Is.EqualTo(TimeSpan.FromSeconds(3)));
        Assert.That(TryAcquire(new(), 50, out _), Is.True);
    }

    [Test]
    [Description("R19 a call that began before the service spoke is counted in what it said, however it ends")]
    public void WhatTheServiceSays_CountsTheCallsBeforeItAlready([Values] bool isRefused, [Values(10, 40, 70)] int used)
    {
        Observe(Left(requests: 10, tokens: 100));
        Assert.That(TryAcquire(new(), 40, out _), Is.True);
        Observe(Left(requests: 1, tokens: 50));

        if (isRefused)
        {
            _limiter.Release(new(), _taken);
        }
        else
        {
            _limiter.Settle(new(), _taken, used);
        }

        Assert.That(TryAcquire(new(), 51, out _), Is.False);
        Assert.That(TryAcquire(new(), 50, out _), Is.True);
        Assert.That(TryAcquire(new(), 0, out _), Is.False, "one request was left");
    }

    [Test]
    [Description("R19 what a call takes after the service spoke is counted down by what it used")]
    public void WhatTheServiceSays_IsCountedDown_ByWhatLaterCallsUse()
    {
        Observe(Left(requests: 10, tokens: 100));
        Assert.That(TryAcquire(new(), 40, out _), Is.True);

        // Of tokens nothing new is said, so the call still counts.
        Observe(new RateLimitState { RemainingRequests = 5, RequestsResetAfter = TimeSpan.FromSeconds(20) });
        _limiter.Settle(new(), _taken, used: 10);

        Assert.That(TryAcquire(new(), 91, out _), Is.False);
        Assert.That(TryAcquire(new(), 90, out _), Is.True);
    }

    [Test]
    [Description("R27 16 threads, 1,000,000 operations: never more than the limits, and what is given back is there again to the last token")]
    public void ManyThreads_NeverPassTheLimits_AndLoseNothing_R27([Values] bool isTold)
    {
        const int Threads = 16;
        const int Operations = 1_000_000 / Threads;
        const int Reserved = 10;
        EndpointLoadSettings load = new() { RequestsPerMinute = 300_000, TokensPerMinute = 2_000_000 };
        if (isTold)
        {
            Observe(new RateLimitState
            {
                RemainingRequests = 300_000,
                RequestsResetAfter = TimeSpan.FromHours(1),
                RemainingTokens = 2_000_000,
                TokensResetAfter = TimeSpan.FromHours(1),
            });
        }

        long requests = 0;
        long tokens = 0;
        long refused = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            Random chance = new(number);
            for (int i = 0; i < Operations; i++)
            {
                if (!_limiter.TryAcquire(load, Reserved, Monotonic.Now(_clock), out RateReservation taken, out _))
                {
                    Interlocked.Increment(ref refused);
                }
                else if (chance.Next(2) == 0)
                {
                    _limiter.Release(load, taken);
                }
                else
                {
                    int used = chance.Next(Reserved + 1);
                    _limiter.Settle(load, taken, used);
                    Interlocked.Increment(ref requests);
                    Interlocked.Add(ref tokens, used);
                }
            }
        }))];

        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        long left = 0;
        while (TryAcquire(load, Reserved, out _))
        {
            left++;
        }

        Assert.That(requests, Is.InRange(1, load.RequestsPerMinute));
        Assert.That(tokens, Is.InRange(1, load.TokensPerMinute));
        Assert.That(refused, Is.Positive, "the limits were put to the test");
        Assert.That(left, Is.EqualTo(Math.Min(load.RequestsPerMinute!.Value - requests, (load.TokensPerMinute!.Value - tokens) / Reserved)));
    }

    private bool TryAcquire(EndpointLoadSettings load, long tokens, out TimeSpan wait) =>
        _limiter.TryAcquire(load, tokens, Monotonic.Now(_clock), out _taken, out wait);

    private static RateLimitState Left(long requests, long tokens) => new()
    {
        RemainingRequests = requests,
        RequestsResetAfter = TimeSpan.FromSeconds(20),
        RemainingTokens = tokens,
        TokensResetAfter = TimeSpan.FromSeconds(20),
    };

    private void Observe(RateLimitState state) => _limiter.Observe(state, Monotonic.Now(_clock));
}
