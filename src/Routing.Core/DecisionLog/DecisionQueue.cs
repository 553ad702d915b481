namespace LlmRouting.DecisionLog;

/// <summary>Is where records wait for the thread that writes them: a ring that never grows.</summary>
/// <remarks>
/// Thread-safe. The writer is woken for a batch or for a flush, not for each record: waking a thread costs a request more than all the rest.
/// </remarks>
/// <param name="capacity">How many records may wait.</param>
/// <param name="waits">Whether a record that finds no room waits for it.</param>
internal sealed class DecisionQueue(int capacity, bool waits)
{
    private const int Batch = 64;

    // Monitor, since a Lock has no way to wait for a condition.
    private readonly object _gate = new();
    private readonly DecisionLogEntry[] _entries = new DecisionLogEntry[capacity];
    private readonly int _wakeAt = Math.Max(1, Math.Min(Batch, capacity / 2));
    private int _head;
    private int _count;
    private long _flushesAsked;
    private long _flushesDone;
    private bool _isClosed;

    /// <summary>Adds a record.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAdd(in DecisionLogEntry entry)
    {
        lock (_gate)
        {
            while (waits && _count == capacity && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            if (_isClosed || _count == capacity)
            {
                return false;
            }

            _entries[(_head + _count) % capacity] = entry;
            if (++_count == _wakeAt || _count == capacity)
            {
                Monitor.PulseAll(_gate);
            }

            return true;
        }
    }

    /// <summary>Waits for a batch, for a flush or for the end, and takes what is there.</summary>
    /// <param name="batch">Where the records go.</param>
    /// <param name="flush">Which flush is due, to be confirmed by <see cref="Flushed"/>; 0 means none.</param>
    /// <returns>How many records were taken; -1 means that no more will come.</returns>
    public int Take(Span<DecisionLogEntry> batch, out long flush)
    {
        lock (_gate)
        {
            while (_count < _wakeAt && _flushesAsked == _flushesDone && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            if (_count == 0 && _isClosed)
            {
                flush = 0;
                return -1;
            }

            bool wasFull = _count == capacity;
            int taken = Math.Min(_count, batch.Length);
            for (int i = 0; i < taken; i++)
            {
                ref DecisionLogEntry entry = ref _entries[_head];
                batch[i] = entry;
                entry = default;
                _head = (_head + 1) % capacity;
            }

            _count -= taken;
            if (wasFull)
            {
                Monitor.PulseAll(_gate);
            }

            flush = _count == 0 && _flushesAsked != _flushesDone ? _flushesAsked : 0;
            return taken;
        }
    }

    /// <summary>Asks for everything to be written soon.</summary>
    /// <returns>The flush to wait for.</returns>
    public long AskFlush()
    {
        lock (_gate)
        {
            _flushesAsked++;
            Monitor.PulseAll(_gate);
            return _flushesAsked;
        }
    }

    /// <summary>Says that a flush is done, and with it all earlier ones.</summary>
    public void Flushed(long flush)
    {
        lock (_gate)
        {
            _flushesDone = Math.Max(_flushesDone, flush);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits until a flush is done, or until the end.</summary>
    public void Await(long flush)
    {
        lock (_gate)
        {
            while (_flushesDone < flush && !_isClosed)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    /// <summary>Lets no more records in; those that are in are still taken.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
