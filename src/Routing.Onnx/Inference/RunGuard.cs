using LlmRouting.Onnx.Native;

namespace LlmRouting.Onnx.Inference;

/// <summary>Stops a run whose time is over, or whose caller has given up.</summary>
/// <remarks>Serves one run at a time and is used again; arming it allocates nothing. The runtime looks between two nodes of the graph.</remarks>
internal sealed class RunGuard : IDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _timeProvider;
    private readonly ITimer _timer;
    private long _since;
    private TimeSpan _limit;
    private bool _isArmed;
    private bool _isStopped;

    public RunGuard(OrtRuntime runtime, TimeProvider timeProvider)
    {
        _timeProvider = timeProvider;
        Options = new OrtRunOptions(runtime);
        _timer = timeProvider.CreateTimer(static state => ((RunGuard)state!).OnTime(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan); // state is this
    }

    public OrtRunOptions Options { get; }

    /// <summary>Gets whether the time was over before the run had ended.</summary>
    public bool IsExpired { get; private set; }

    /// <summary>Starts the time; infinite means that there is none.</summary>
    public void Arm(TimeSpan limit)
    {
        lock (_lock)
        {
            _since = _timeProvider.GetTimestamp();
            _limit = limit;
            _isArmed = true;
            IsExpired = false;
        }

        if (limit != Timeout.InfiniteTimeSpan)
        {
            _timer.Change(limit, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Stops the run at once.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            Stop_NeedsLock();
        }
    }

    /// <summary>Ends the time; the guard may then be armed again.</summary>
    public void Disarm()
    {
        lock (_lock)
        {
            _isArmed = false;
            if (_limit != Timeout.InfiniteTimeSpan)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            if (_isStopped)
            {
                _isStopped = false;
                Options.Reset();
            }
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        Options.Dispose();
    }

    // May come late, when the guard has been armed for another run: then it is early for that one.
    private void OnTime()
    {
        lock (_lock)
        {
            if (!_isArmed || _limit == Timeout.InfiniteTimeSpan)
            {
                return;
            }

            TimeSpan left = _limit - _timeProvider.GetElapsedTime(_since);
            if (left > TimeSpan.Zero)
            {
                _timer.Change(left, Timeout.InfiniteTimeSpan);
                return;
            }

            IsExpired = true;
            Stop_NeedsLock();
        }
    }

    private void Stop_NeedsLock()
    {
        if (_isArmed && !_isStopped)
        {
            _isStopped = true;
            Options.Terminate();
        }
    }
}
