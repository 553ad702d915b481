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
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Abandoned = 2;

    private readonly CancellationTokenSource _source = new();
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenRegistration _registration;
    private readonly IAsyncEnumerator<ChatResponseUpdate> _stream;
    private readonly TimeProvider _timeProvider;
    private readonly Action _onAdvanced;
    private ManualResetValueTaskSourceCore<bool> _wait;
    private ConfiguredValueTaskAwaitable<bool>.ConfiguredValueTaskAwaiter _awaiter;
    private ITimer? _timer;
    private long _deadline = NobodyWaits;
    private int _isArmed;
    private int _state;

    public StreamGuard(
        IChatClient client,
        IEnumerable<ChatMessage> messages,
        ChatOptions? options,
        TimeProvider timeProvider,
        CancellationToken callerToken)
    {
        _timeProvider = timeProvider;
        _callerToken = callerToken;
        _onAdvanced = OnAdvanced;
        _stream = client.GetStreamingResponseAsync(messages, options, _source.Token).GetAsyncEnumerator(_source.Token);

        // Last, because a token that is cancelled already calls back at once.
        _registration = callerToken.UnsafeRegister(static state => ((StreamGuard)state!).OnCallerCancelled(), this);
    }

    /// <summary>Gets or sets how long the next update may take.</summary>
    public TimeSpan Limit { get; set; } = Timeout.InfiniteTimeSpan;

    public ChatResponseUpdate Current => _stream.Current;

    /// <summary>Advances to the next update.</summary>
    /// <exception cref="TimeoutException">None came within <see cref="Limit"/>.</exception>
    public ValueTask<bool> MoveNextAsync()
    {
        ValueTask<bool> pending = _stream.MoveNextAsync();
        if (pending.IsCompleted)
        {
            return pending;
        }

        _wait.Reset();
        _awaiter = pending.ConfigureAwait(false).GetAwaiter();
        Volatile.Write(ref _state, Waiting);
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

        await _source.CancelAsync().ConfigureAwait(false);
        if (Volatile.Read(ref _state) != Abandoned)
        {
            await DisposeStreamAsync().ConfigureAwait(false);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);

    private void OnAdvanced()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Waiting) != Waiting)
        {
            _ = LeaveBehindAsync();
            return;
        }

        Volatile.Write(ref _deadline, NobodyWaits);
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

        await DisposeStreamAsync().ConfigureAwait(false);
    }

    private async ValueTask DisposeStreamAsync()
    {
        try
        {
            await _stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // A stream that cannot even be closed tells nothing that its last update, or failure, has not told.
        }
    }

    private void StartTimer()
    {
        if (Limit == Timeout.InfiniteTimeSpan)
        {
            return;
        }

        TimeSpan limit = Limit > TimeSpan.Zero ? Limit : TimeSpan.Zero;
        Interlocked.Exchange(ref _deadline, _timeProvider.GetTimestamp() + ToTicks(limit));

        // The timer is not moved for each update: it is started when it stands still, and looks at the deadline when it fires.
        if (Interlocked.Exchange(ref _isArmed, 1) == 0)
        {
            if (_timer is null)
            {
                _timer = _timeProvider.CreateTimer(static state => ((StreamGuard)state!).OnTimer(), this, limit, Timeout.InfiniteTimeSpan);
            }
            else
            {
                _timer.Change(limit, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void OnTimer()
    {
        Interlocked.Exchange(ref _isArmed, 0);
        long deadline = Interlocked.Read(ref _deadline);
        if (deadline == NobodyWaits)
        {
            return;
        }

        long left = deadline - _timeProvider.GetTimestamp();
        if (left <= 0)
        {
            Abandon(new TimeoutException("The stream stayed silent for longer than it may."));
        }
        else if (Interlocked.Exchange(ref _isArmed, 1) == 0)
        {
            // Rounded up: a timer that fires a tick early would only start itself again.
            _timer?.Change(TimeSpan.FromMilliseconds(Math.Ceiling(left * 1000.0 / _timeProvider.TimestampFrequency)), Timeout.InfiniteTimeSpan);
        }
    }

    private void OnCallerCancelled()
    {
        if (!Abandon(new OperationCanceledException(_callerToken)))
        {
            _source.Cancel();
        }
    }

    private bool Abandon(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _state, Abandoned, Waiting) != Waiting)
        {
            return false;
        }

        _source.Cancel();
        _wait.SetException(reason);
        return true;
    }

    private long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);
}
