using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Counts the calls that use a client, and disposes the client, if it is ours, when it is out of service and the last one has returned.</summary>
/// <remarks>Thread-safe. Of a client that somebody else owns, calls are only counted.</remarks>
internal sealed class ClientUse(IChatClient client, bool ownsClient)
{
    private readonly Lock _lock = new();
    private int _count;
    private bool _retired;
    private bool _disposed;

    /// <summary>Gets how many calls are running now.</summary>
    public int Count => Volatile.Read(ref _count);

    public bool IsRetired
    {
        get
        {
            lock (_lock)
            {
                return _retired;
            }
        }
    }

    /// <summary>Counts a call that starts.</summary>
    /// <returns>How many run, this one included; 0 when the client is out of service and must not be called.</returns>
    public int Enter()
    {
        if (!ownsClient)
        {
            return Interlocked.Increment(ref _count);
        }

        // Under the lock, so that no call can slip in between taking the client out of service and disposing it.
        lock (_lock)
        {
            return _retired ? 0 : ++_count;
        }
    }

    /// <summary>Counts a call that ended.</summary>
    public void Exit()
    {
        if (!ownsClient)
        {
            Interlocked.Decrement(ref _count);
            return;
        }

        lock (_lock)
        {
            _count--;
        }

        DisposeWhenIdle();
    }

    /// <summary>Counts a call as ended when it returns.</summary>
    /// <param name="call">The call; null when it never began.</param>
    public void ExitAfter(Task? call)
    {
        if (call is null or { IsCompleted: true })
        {
            Exit();
        }
        else
        {
            _ = call.ContinueWith(
                static (_, state) => ((ClientUse)state!).Exit(),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>Takes the client out of service.</summary>
    public void Retire()
    {
        lock (_lock)
        {
            _retired = true;
        }

        DisposeWhenIdle();
    }

    private void DisposeWhenIdle()
    {
        lock (_lock)
        {
            if (_disposed || !ownsClient || !_retired || _count > 0)
            {
                return;
            }

            _disposed = true;
        }

        client.Dispose();
    }
}
