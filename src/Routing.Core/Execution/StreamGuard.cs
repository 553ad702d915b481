using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Reads a stream, but waits for no update longer than it may take.</summary>
/// <remarks>
/// Costs nothing for an update that is there already, and allocates nothing for one that is not: the wait is a reusable
/// <see cref="IValueTaskSource{TResult}"/>, and one timer serves the whole stream. A stream that ignores its cancellation is left behind,
/// and disposed when it ends after all. One reader at a time.
/// </remarks>
internal sealed class StreamGuard : IValueTaskSource<bool>, IAsyncDisposable
{
    private const long NobodyWaits = long.MaxValue;
    private const long NoBound = long.MaxValue;
    private const int Idle = 0;
    private const int Abandoned = -1;

    // Long enough for a connection to be given back, and for a router behind this one to say what it paid.
    private static readonly TimeSpan CloseTime = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _source = new();
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenRegistration _registration;
    private readonly IAsyncEnumerator<ChatResponseUpdate> _stream;
    private readonly ModelEndpoint _endpoint;
    private readonly TimeProvider _timeProvider;
    private readonly Action _onAdvanced;
    private readonly Lock _timerLock = new();
    private ManualResetValueTaskSourceCore<bool> _wait;
    private ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter _awaiter;
    private ITimer? _timer;
    private long _deadline = NobodyWaits;
    private long _firesAt = NobodyWaits;
    private long _endsAt = NoBound;
    private long _waitStarted;
    private long _waited;
    private TimeSpan _limit = Timeout.InfiniteTimeSpan;
    private string _reason = LimitException.Idle;
    private string _waitReason = LimitException.Idle;
    private int _waits;

    // Idle, Abandoned, or the number of the wait that is under way: a timer that fires late must not end the wait after its own.
    private int _state;

    /// <summary>Opens the stream of an endpoint that was entered; it is left when the stream has ended, however late that is.</summary>
    public StreamGuard(
        ModelEndpoint endpoint,
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        TimeProvider timeProvider,
        CancellationToken callerToken)
    {
        _endpoint = endpoint;
        _timeProvider = timeProvider;
        _callerToken = callerToken;
        _onAdvanced = OnAdvanced;
        _stream = endpoint.Client.GetStreamingResponseAsync(messages, options, _source.Token).GetAsyncEnumerator(_source.Token);

        // Last, because a token that is cancelled already calls back at once.
        _registration = callerToken.UnsafeRegister(static state => ((StreamGuard)state!).OnCallerCancelled(), this);
    }

    /// <summary>Gets for how long the stream has been waited for; what its reader took is left out.</summary>
    public TimeSpan Waited => _timeProvider.GetElapsedTime(0, _waited);

    public ChatResponseUpdate Current => _stream.Current;

    /// <summary>Says how long the next update may take, from now on and until something else is said.</summary>
    /// <param name="limit">How long; what is negative is no time at all.</param>
    /// <param name="reason">Which limit that is: one of the constants of <see cref="LimitException"/>.</param>
    public void SetLimit(TimeSpan limit, string reason)
    {
        _limit = limit;
        _reason = reason;
    }

    /// <summary>Bounds the stream as a whole.</summary>
    /// <param name="left">How long from now on.</param>
    public void SetBound(TimeSpan left) => _endsAt = _timeProvider.GetTimestamp() + ToTicks(left > TimeSpan.Zero ? left : TimeSpan.Zero);

    /// <summary>Advances to the next update.</summary>
    /// <exception cref="LimitException">None came in time.</exception>
    public ValueTask<bool> MoveNextAsync()
    {
        ValueTask<bool> pending = _stream.MoveNextAsync();
        if (pending.IsCompleted)
        {
            return _endsAt == NoBound && !_callerToken.IsCancellationRequested ? pending : InTime(pending);
        }

        _wait.Reset();
        _awaiter = pending.ConfigureAwait(false).GetAwaiter();
        Volatile.Write(ref _state, ++_waits);
        StartTimer();
        if (_callerToken.IsCancellationRequested)
        {
            OnCallerCancelled();
        }

        _awaiter.UnsafeOnCompleted(_onAdvanced);
        return new(this, _wait.Version);
    }

    /// <summary>Ends the stream, if it has not ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync().ConfigureAwait(false);
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        await _source.CancelQuietlyAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _state) == Abandoned)
        {
            return;
        }

        Task closing = CloseAsync();
        if (!closing.IsCompleted)
        {
            try
            {
                await closing.WaitAsync(CloseTime, _timeProvider).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // It goes on closing by itself, and counts as in flight until then.
            }
        }
    }

    // An update that never had to be waited for is looked at here, where there is something to look for. The end itself is never too late.
    private ValueTask<bool> InTime(ValueTask<bool> advanced) =>
        !advanced.IsCompletedSuccessfully || !advanced.Result ? advanced
        : _callerToken.IsCancellationRequested ? ValueTask.FromException<bool>(new OperationCanceledException(_callerToken))
        : _timeProvider.GetTimestamp() >= _endsAt ? ValueTask.FromException<bool>(new LimitException(LimitException.Stream))
        : new(true);

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private void OnAdvanced()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, _waits) != _waits)
        {
            _ = LeaveBehindAsync();
            return;
        }

        Volatile.Write(ref _deadline, NobodyWaits);
        _waited += _timeProvider.GetTimestamp() - _waitStarted;
        bool moved;
        try
        {
            moved = _awaiter.GetResult();
        }
        catch (Exception exception)
        {
            _wait.SetException(exception);
            return;
        }

        _wait.SetResult(moved);
    }

    private async Task LeaveBehindAsync()
    {
        try
        {
            _awaiter.GetResult();
        }
        catch (Exception)
        {
            // The reader was told of a time-out or a cancellation long ago.
        }

        await CloseAsync().ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A stream that cannot even be closed tells nothing that its last update, or failure, has not told.
        }
        finally
        {
            _endpoint.Exit();
        }
    }

    private void StartTimer()
    {
        _waitStarted = _timeProvider.GetTimestamp();
        long deadline = _limit == Timeout.InfiniteTimeSpan ? NobodyWaits : _waitStarted + ToTicks(_limit > TimeSpan.Zero ? _limit : TimeSpan.Zero);
        _waitReason = _reason;
        if (_endsAt < deadline)
        {
            deadline = _endsAt;
            _waitReason = LimitException.Stream;
        }

        if (deadline == NobodyWaits)
        {
            return;
        }

        Interlocked.Exchange(ref _deadline, deadline);

        // The timer is not moved for each update: one that fires earlier than needed looks at the deadline then.
        if (deadline < Volatile.Read(ref _firesAt))
        {
            Arm(deadline);
        }
    }

    private void Arm(long deadline)
    {
        lock (_timerLock)
        {
            if (deadline >= Volatile.Read(ref _firesAt))
            {
                return;
            }

            // Rounded up: a timer that fires a tick early would only start itself again.
            Volatile.Write(ref _firesAt, deadline);
            long left = Math.Max(0, deadline - _timeProvider.GetTimestamp());
            TimeSpan due = TimeSpan.FromMilliseconds(Math.Ceiling(left * 1000.0 / _timeProvider.TimestampFrequency));
            if (_timer is null)
            {
                _timer = _timeProvider.CreateTimer(static state => ((StreamGuard)state!).OnTimer(), this, due, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _timer.Change(due, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void OnTimer()
    {
        Interlocked.Exchange(ref _firesAt, NobodyWaits);

        // The wait before its deadline: should the wait be over by the time that the deadline has been looked at, it cannot be abandoned any more.
        int wait = Volatile.Read(ref _state);
        long deadline = Interlocked.Read(ref _deadline);
        if (deadline == NobodyWaits)
        {
            return;
        }

        if (deadline > _timeProvider.GetTimestamp())
        {
            Arm(deadline);
        }
        else
        {
            Abandon(wait, new LimitException(_waitReason));
        }
    }

    private void OnCallerCancelled()
    {
        if (!Abandon(Volatile.Read(ref _state), new OperationCanceledException(_callerToken)))
        {
            _source.CancelQuietly();
        }
    }

    private bool Abandon(int wait, Exception reason)
    {
        if (wait <= Idle || Interlocked.CompareExchange(ref _state, Abandoned, wait) != wait)
        {
            return false;
        }

        _source.CancelQuietly();
        _wait.SetException(reason);
        return true;
    }

    private long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);
}
