using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Inference;

/// <summary>Runs rows at once while a place is free, and puts those together that had to wait for one.</summary>
/// <remarks>
/// Thread-safe. A row that finds a free place never waits: a batch is what gathered while all places were taken, and grows with the load. A place
/// that is freed while rows wait is handed to the thread pool, so that no caller works for others; there it may stay idle for a moment, for the
/// callers that were just answered to come back. Why it is done this way: docs/adr/0016.
/// </remarks>
internal sealed class MicroBatcher(IRowRunner runner, int width, MicroBatcherSettings settings, TimeProvider timeProvider) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly List<QueuedRow> _queue = [];
    private int _free = settings.Places;

    /// <summary>Gets how many rows wait; those whose caller has left are counted until their turn comes.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Takes a place when one is free; it must be given back with <see cref="Leave"/>.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_free == 0)
            {
                return false;
            }

            _free--;
            return true;
        }
    }

    /// <summary>Gives a place back, or passes it on to those who wait.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (_queue.Count == 0)
            {
                _free++;
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Waits for a row's turn.</summary>
    /// <param name="row">The row; belongs to the batcher from here on.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Ends the waiting and harms no other row.</param>
    /// <returns>Its numbers; null when too many wait.</returns>
    /// <exception cref="TimeoutException">The time was over.</exception>
    public async ValueTask<float[]?> EnqueueAsync(EncodedText row, TimeSpan limit, CancellationToken cancellationToken)
    {
        QueuedRow queued = new(row);
        bool hasPlace = false;
        lock (_lock)
        {
            if (_free > 0)
            {
                _free--; // one was freed in between
                hasPlace = true;
            }
            else if (_queue.Count >= settings.MaxQueue)
            {
                row.Dispose();
                return null;
            }

            _queue.Add(queued);
        }

        if (hasPlace)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        try
        {
            return await queued.Answer.WaitAsync(limit, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && queued.TryTake())
        {
            row.Dispose();
            throw;
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        List<QueuedRow> batch = [];
        while (true)
        {
            Gather();
            if (!TakeBatch(batch))
            {
                return;
            }

            RunAll(batch);
            batch.Clear();
        }
    }

    // Waits while the place is idle, without sleeping: a batch is worth microseconds, and timers know milliseconds only.
    private void Gather()
    {
        if (settings.MaxWait == TimeSpan.Zero)
        {
            return;
        }

        long since = timeProvider.GetTimestamp();
        SpinWait spin = default;
        while (!IsFull() && timeProvider.GetElapsedTime(since) < settings.MaxWait)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    // Whether the batch that would be taken now could hold no more. Rows whose caller has left are counted: that only shortens the wait.
    private bool IsFull()
    {
        lock (_lock)
        {
            if (_queue.Count < settings.MaxBatch)
            {
                return false;
            }

            int like = 0;
            foreach (QueuedRow queued in _queue)
            {
                like += queued.Bucket == _queue[0].Bucket ? 1 : 0;
            }

            return like >= settings.MaxBatch;
        }
    }

    // The oldest row and, behind it, those of its length. A place without rows to run is free again.
    private bool TakeBatch(List<QueuedRow> batch)
    {
        lock (_lock)
        {
            int bucket = -1;
            int kept = 0;
            for (int i = 0; i < _queue.Count; i++)
            {
                QueuedRow queued = _queue[i];
                bool isWanted = batch.Count < settings.MaxBatch && (bucket < 0 || queued.Bucket == bucket);
                if (!isWanted)
                {
                    _queue[kept++] = queued;
                }
                else if (queued.TryTake())
                {
                    bucket = queued.Bucket;
                    batch.Add(queued);
                }
            }

            _queue.RemoveRange(kept, _queue.Count - kept);
            if (batch.Count > 0)
            {
                return true;
            }

            _free++;
            return false;
        }
    }

    private void RunAll(List<QueuedRow> batch)
    {
        try
        {
            if (TryRun(batch) is not { } exception)
            {
                return;
            }

            foreach (QueuedRow queued in batch)
            {
                // One row may have harmed the others: each on its own now. When the time is over, it is over for all of them.
                Exception? own = batch.Count == 1 || exception is TimeoutException ? exception : TryRun([queued]);
                if (own is not null)
                {
                    queued.Fail(own);
                }
            }
        }
        finally
        {
            foreach (QueuedRow queued in batch)
            {
                queued.Row.Dispose();
            }
        }
    }

    private Exception? TryRun(List<QueuedRow> batch)
    {
        try
        {
            EncodedText[] rows = new EncodedText[batch.Count];
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = batch[i].Row;
            }

            float[] outputs = new float[rows.Length * width];
            runner.Run(rows, outputs, settings.RunLimit, CancellationToken.None);
            for (int i = 0; i < rows.Length; i++)
            {
                batch[i].Complete(outputs[(i * width)..((i + 1) * width)]);
            }

            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
