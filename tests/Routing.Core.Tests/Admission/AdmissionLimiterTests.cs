using LlmRouting.Admission;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Admission;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AdmissionLimiterTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public async Task Enter_WaitsForAPlace_FirstComeFirstServed()
    {
        AdmissionLimiter limiter = Limit(1);
        await limiter.EnterAsync(RequestPriority.Interactive, default);
        Task<TimeSpan> second = limiter.EnterAsync(RequestPriority.Interactive, default).AsTask();
        Task<TimeSpan> third = limiter.EnterAsync(RequestPriority.Interactive, default).AsTask();

        _clock.Advance(TimeSpan.FromSeconds(2));
        limiter.Release();

        Assert.That(await second, Is.EqualTo(TimeSpan.FromSeconds(2)), "how long it waited");
        Assert.That(third.IsCompleted, Is.False);
        limiter.Release();
        await third;
        limiter.Release();
        Assert.That(limiter.Load, Is.EqualTo(limiter.Load with { InUse = 0, QueuedInteractive = 0 }));
        Assert.That(_clock.ActiveTimers, Is.Zero);
    }

    [Test]
    public async Task Enter_AdmitsInteractiveFirst_AndGivesBackgroundItsShare()
    {
        AdmissionLimiter limiter = Limit(1, settings => settings with { BackgroundShare = 0.25 });
        await limiter.EnterAsync(RequestPriority.Interactive, default);
        Task[] background = [.. Enumerable.Range(0, 4).Select(_ => limiter.EnterAsync(RequestPriority.Background, default).AsTask())];
        Task[] interactive = [.. Enumerable.Range(0, 12).Select(_ => limiter.EnterAsync(RequestPriority.Interactive, default).AsTask())];

        List<string> order = [];
        for (int i = 0; i < 16; i++)
        {
            limiter.Release();
            Task next = await Task.WhenAny(background.Concat(interactive).Where(task => !order.Contains(Name(task))));
            order.Add(Name(next));
        }

        Assert.That(order, Is.EqualTo(new[] { "i0", "i1", "i2", "b0", "i3", "i4", "i5", "b1", "i6", "i7", "i8", "b2", "i9", "i10", "i11", "b3" }));

        string Name(Task task) => Array.IndexOf(background, task) is >= 0 and var b ? $"b{b}" : $"i{Array.IndexOf(interactive, task)}";
    }

    [Test]
    [Description("A tenth is no sum of tenths in floating point: the default share must not come a turn late")]
    public async Task Enter_GivesBackgroundEveryTenthTurn_ByDefault()
    {
        AdmissionLimiter limiter = Limit(1);
        await limiter.EnterAsync(RequestPriority.Interactive, default);
        Task[] background = [.. Enumerable.Range(0, 3).Select(_ => limiter.EnterAsync(RequestPriority.Background, default).AsTask())];
        Task[] interactive = [.. Enumerable.Range(0, 40).Select(_ => limiter.EnterAsync(RequestPriority.Interactive, default).AsTask())];

        List<int> turns = [];
        for (int turn = 1; turn <= 30; turn++)
        {
            limiter.Release();
            if (background.Length - limiter.Load.QueuedBackground > turns.Count)
            {
                turns.Add(turn);
            }
        }

        Assert.That(turns, Is.EqualTo(new[] { 10, 20, 30 }));
        Assert.That(interactive.Length - limiter.Load.QueuedInteractive, Is.EqualTo(27));
    }

    [Test]
    public async Task Enter_RejectsAtOnce_WhenTheQueueIsFull_PerPriority()
    {
        AdmissionLimiter limiter = Limit(1, settings => settings with { MaxQueue = 1 });
        await limiter.EnterAsync(RequestPriority.Interactive, default);
        Task waiting = limiter.EnterAsync(RequestPriority.Background, default).AsTask();

        OverloadedException? error = await Assert.ThrowsAsync<OverloadedException>(() => limiter.EnterAsync(RequestPriority.Background, default).AsTask());
        Task interactive = limiter.EnterAsync(RequestPriority.Interactive, default).AsTask();

        Assert.That(error!.Priority, Is.EqualTo(RequestPriority.Background));
        Assert.That(error.Message, Does.Contain("1 requests run, and 1 more of priority 'Background' wait").And.Contain("Admission:MaxQueue"));
        Assert.That(interactive.IsCompleted, Is.False, "it has a queue of its own");
        Assert.That(waiting.IsCompleted, Is.False);
        Assert.That(limiter.Load.Rejected, Is.EqualTo(1));
    }

    [Test]
    public async Task Enter_IsRejected_WhenItsTimeInTheQueueIsOver()
    {
        AdmissionLimiter limiter = Limit(1);
        await limiter.EnterAsync(RequestPriority.Interactive, default);
        Task waiting = limiter.EnterAsync(RequestPriority.Interactive, default).AsTask();

        _clock.Advance(TimeSpan.FromSeconds(9.9));
        Assert.That(waiting.IsCompleted, Is.False);
        _clock.Advance(TimeSpan.FromSeconds(0.1));

        OverloadedException? error = await Assert.ThrowsAsync<OverloadedException>(() => waiting);
        Assert.That(error!.Message, Does.Contain("waited 10 s"));
        limiter.Release();
        Assert.That(limiter.Load, Is.EqualTo(limiter.Load with { InUse = 0, QueuedInteractive = 0, Rejected = 1 }));
    }

    [Test]
    public async Task Cancellation_LeavesTheQueueAtOnce_AndTakesNoPlace()
    {
        AdmissionLimiter limiter = Limit(1);
        using CancellationTokenSource source = new();
        await limiter.EnterAsync(RequestPriority.Interactive, default);
        Task cancelled = limiter.EnterAsync(RequestPriority.Interactive, source.Token).AsTask();
        Task next = limiter.EnterAsync(RequestPriority.Interactive, default).AsTask();

        await source.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => cancelled);
        Assert.That(limiter.Load.QueuedInteractive, Is.EqualTo(1));
        limiter.Release();
        await next;
        Assert.That(limiter.Load.Rejected, Is.Zero, "who leaves by themselves were not rejected");
    }

    [Test]
    public async Task HigherLimit_AdmitsWaitersAtOnce_AndALowerOneLetsRunnersEnd()
    {
        AdmissionLimiter limiter = Limit(1);
        await limiter.EnterAsync(RequestPriority.Interactive, default);
        Task second = limiter.EnterAsync(RequestPriority.Interactive, default).AsTask();
        Task third = limiter.EnterAsync(RequestPriority.Interactive, default).AsTask();

        limiter.Settings = limiter.Settings with { MaxConcurrent = 3 };
        await Task.WhenAll(second, third);
        limiter.Settings = limiter.Settings with { MaxConcurrent = 1 };
        Task fourth = limiter.EnterAsync(RequestPriority.Interactive, default).AsTask();
        limiter.Release();
        limiter.Release();

        Assert.That(fourth.IsCompleted, Is.False, "one of three still runs, which is the limit");
        limiter.Release();
        await fourth;
    }

    [Test]
    public async Task Load_IsSmoothed_AndForgets()
    {
        AdmissionLimiter limiter = Limit(2, static settings => settings with { DegradeAbove = 0.8, DegradeBelow = 0.4 });
        await limiter.EnterAsync(RequestPriority.Interactive, default);
        await limiter.EnterAsync(RequestPriority.Interactive, default);

        Assert.That(limiter.Load, Is.EqualTo(new AdmissionLoad(2, 2, 0, 0, 0, IsDegraded: false, 0)), "a burst is no overload");
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.That(limiter.Load.Smoothed, Is.EqualTo(0.9).Within(1e-9));
        Assert.That(limiter.Load.IsDegraded, Is.True);
        limiter.Release();
        limiter.Release();
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.That(limiter.Load, Is.EqualTo(limiter.Load with { IsDegraded = true }), "0.6 is between the two thresholds");
        _clock.Advance(TimeSpan.FromHours(8));
        Assert.That(limiter.Load.Smoothed, Is.LessThan(0.001));
        Assert.That(limiter.Load.IsDegraded, Is.False);
    }

    [TestCase(0, 100, 10, 0.1, null, null, "Admission:MaxConcurrent is 0")]
    [TestCase(1, -1, 10, 0.1, null, null, "Admission:MaxQueue is -1")]
    [TestCase(1, 1, 0, 0.1, null, null, "Admission:QueueTimeout is 00:00:00")]
    [TestCase(1, 1, 1, 0.6, null, null, "Admission:BackgroundShare is 0.6")]
    [TestCase(1, 1, 1, 0.1, 1.2, null, "Admission:DegradeAbove is 1.2")]
    [TestCase(1, 1, 1, 0.1, 0.5, 0.5, "Admission:DegradeBelow is 0.5")]
    [TestCase(1, 1, 1, 0.1, null, 0.5, "below DegradeAbove (not set)")]
    public void Settings_OutOfRange_AreRefused(int limit, int queue, int seconds, double share, double? above, double? below, string message)
    {
        AdmissionSettings settings = new()
        {
            MaxConcurrent = limit,
            MaxQueue = queue,
            QueueTimeout = TimeSpan.FromSeconds(seconds),
            BackgroundShare = share,
            DegradeAbove = above,
            DegradeBelow = below,
        };

        Assert.That(() => new AdmissionLimiter(settings), Throws.ArgumentException.With.Message.Contains(message));
    }

    [Test]
    [Description("R27 thread-safe by construction")]
    public void Limiter_KeepsItsInvariants_Under16Threads_R27()
    {
        const int Threads = 16;
        const int Operations = 1_000_000 / Threads;
        const int Places = 8;
        AdmissionLimiter limiter = new(new AdmissionSettings { MaxConcurrent = Places, MaxQueue = 4, QueueTimeout = TimeSpan.FromSeconds(30) });
        int running = 0;
        int most = 0;
        long served = 0;
        long rejected = 0;
        long cancelled = 0;
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(number => new Thread(() =>
        {
            Random chance = new(number);
            using CancellationTokenSource never = new();
            for (int i = 0; i < Operations; i++)
            {
                RequestPriority priority = chance.Next(2) == 0 ? RequestPriority.Interactive : RequestPriority.Background;
                CancellationTokenSource? impatient = chance.Next(16) == 0 ? new CancellationTokenSource() : null;
                ValueTask<TimeSpan> entry = limiter.EnterAsync(priority, impatient?.Token ?? never.Token);
                impatient?.Cancel();
                try
                {
                    if (entry.IsCompletedSuccessfully)
                    {
                        _ = entry.Result;
                    }
                    else
                    {
                        entry.AsTask().GetAwaiter().GetResult();
                    }
                }
                catch (OverloadedException)
                {
                    Interlocked.Increment(ref rejected);
                    continue;
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref cancelled);
                    continue;
                }
                finally
                {
                    impatient?.Dispose();
                }

                int now = Interlocked.Increment(ref running);
                for (int seen = Volatile.Read(ref most); now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen; seen = Volatile.Read(ref most))
                {
                }

                Interlocked.Increment(ref served);
                Interlocked.Decrement(ref running);
                limiter.Release();
            }
        }))];

        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());

        AdmissionLoad load = limiter.Load;
        Assert.That(most, Is.InRange(1, Places));
        Assert.That((load.InUse, load.QueuedInteractive, load.QueuedBackground), Is.EqualTo((0, 0, 0)));
        Assert.That(load.Rejected, Is.EqualTo(rejected));
        Assert.That(served + rejected + cancelled, Is.EqualTo(Threads * Operations));
        Assert.That(served, Is.Positive);
    }

    private AdmissionLimiter Limit(int places, Func<AdmissionSettings, AdmissionSettings>? change = null)
    {
        AdmissionSettings settings = new() { MaxConcurrent = places };
        return new AdmissionLimiter(change is null ? settings : change(settings), _clock);
    }
}
