using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Inference;

/// <summary>Runs rows at once while a place is free, and puts those together that had to wait for one.</summary>
/// <remarks>
/// Thread-safe. Nobody waits for others to come: a batch is what gathered while all places were taken, so it grows with the load and costs a single
/// request nothing. A place that is freed while rows wait is handed to the thread pool, so that no caller works for others.
/// </remarks>
internal sealed class MicroBatcher(IRowRunner runner, int width, int places, int maxBatch, int maxQueue, TimeSpan batchLimit, TimeProvider timeProvider)
    : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly List<QueuedRow> _queue = [];
    private int _free = places;

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
            else if (_queue.Count >= maxQueue)
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
        while (TakeBatch(batch))
        {
            RunAll(batch);
            batch.Clear();
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
                bool isWanted = batch.Count < maxBatch && (bucket < 0 || queued.Bucket == bucket);
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
            if (!TryRun(batch) && batch.Count > 1)
            {
                // One row may have harmed the others: each on its own now.
                foreach (QueuedRow queued in batch)
                {
                    _ = TryRun([queued]);
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

    private bool TryRun(List<QueuedRow> batch)
    {
        try
        {
            EncodedText[] rows = new EncodedText[batch.Count];
            for (int i = 0; i < rows.Length; i++)
            {
                rows[i] = batch[i].Row;
            }

            float[] outputs = new float[rows.Length * width];
            runner.Run(rows, outputs, batchLimit, CancellationToken.None);
            for (int i = 0; i < rows.Length; i++)
            {
                batch[i].Complete(outputs[(i * width)..((i + 1) * width)]);
            }

            return true;
        }
        catch (Exception exception)
        {
            if (batch.Count == 1)
            {
                batch[0].Fail(exception);
            }

            return false;
        }
    }
}
