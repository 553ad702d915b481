using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using LlmRouting.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.DecisionLog;

/// <summary>Writes a line of JSON for each request: what was decided, from what, and what became of it.</summary>
/// <remarks>
/// Thread-safe. A request only puts its record into a queue; a thread of the log's own writes it. No text of a request or an answer is
/// written, and no id but as a keyed hash. Disposing writes what is left. A disk that is full, or a folder that may not be written, costs
/// records, which are counted and reported, and never a request. The format is described in docs/decision-log.md.
/// </remarks>
public sealed partial class JsonLinesDecisionLog : IDecisionObserver, IDisposable
{
    private const int MaxBufferedBytes = 64 * 1024;
    private const int Batch = 64;

    private readonly DecisionLogSettings _settings;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly RoutingMetrics _metrics;
    private readonly DecisionQueue _queue;
    private readonly DecisionLogFiles _files;
    private readonly DecisionRecordWriter _records;
    private readonly ArrayBufferWriter<byte> _buffer = new(MaxBufferedBytes);
    private readonly Utf8JsonWriter _json;
    private readonly Thread _thread;
    private readonly ITimer _timer;
    private volatile string? _currentFile;
    private int _pending;
    private long _written;
    private long _dropped;
    private long _lost;
    private long _reportedDropped;
    private bool _isFailing;
    private int _isDisposed;

    /// <summary>Creates the log, and starts its thread; no file is touched before the first record.</summary>
    /// <param name="settings">Where the records go.</param>
    /// <param name="timeProvider">The clock that files and flushes go by; null means the system's.</param>
    /// <param name="logger">Who hears of records that could not be written; null means nobody.</param>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    public JsonLinesDecisionLog(DecisionLogSettings settings, TimeProvider? timeProvider = null, ILogger<JsonLinesDecisionLog>? logger = null)
        : this(settings, timeProvider, logger, RoutingMetrics.Shared)
    {
    }

    internal JsonLinesDecisionLog(
        DecisionLogSettings settings,
        TimeProvider? timeProvider,
        ILogger<JsonLinesDecisionLog>? logger,
        RoutingMetrics metrics,
        Func<string, Stream>? createFile = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (string.Join(" ", settings.FindErrors()) is { Length: > 0 } errors)
        {
            throw new ArgumentException(errors);
        }

        _settings = settings;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<JsonLinesDecisionLog>.Instance;
        _metrics = metrics;
        _queue = new DecisionQueue(settings.Capacity, settings.WhenFull == DecisionLogFullMode.Wait);
        _files = new DecisionLogFiles(settings, createFile);
        _records = new DecisionRecordWriter(settings.IdKey);

        // The file is no web page: what browsers might take for markup stays readable.
        _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
        _thread = new Thread(Run) { IsBackground = true, Name = "LlmRouting decision log" };
        _thread.Start();
        _timer = _timeProvider.CreateTimer(static state => ((DecisionQueue)state!).AskFlush(), _queue, settings.FlushInterval, settings.FlushInterval);
    }

    /// <summary>Gets the file that was written last.</summary>
    /// <value>A full path; null before the first record is written.</value>
    public string? CurrentFile => _currentFile;

    /// <summary>Gets how many records are in files.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <summary>Gets how many records were dropped because as many as <see cref="DecisionLogSettings.Capacity"/> were waiting, or because they came after the end.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Gets how many records could not be written.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <inheritdoc/>
    public void OnCompleted(RoutingOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        Add(new DecisionLogEntry { Outcome = outcome, Features = outcome.Decision.Features, At = _timeProvider.GetUtcNow() });
    }

    void IDecisionObserver.OnCompleted(RoutingOutcome outcome, RoutingRequest request) =>
        Add(DecisionLogEntry.Of(request, _timeProvider, _settings.CaptureFeatures) with { Outcome = outcome });

    void IRefusalObserver.OnRefused(RoutingRequest request, RoutingException exception, TimeSpan elapsed) =>
        Add(DecisionLogEntry.Of(request, _timeProvider, _settings.CaptureFeatures) with { Error = exception.GetType().Name, Elapsed = elapsed });

    /// <summary>Waits until the records of all requests that have ended are in the file, or are lost.</summary>
    public void Flush() => _queue.Await(_queue.AskFlush());

    /// <summary>Waits until so many flushes are done, those of the clock included.</summary>
    internal void AwaitFlush(long flush) => _queue.Await(flush);

    /// <summary>Writes what is left, and closes the file. Records that come later are dropped.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _timer.Dispose();
        _queue.Close();
        _thread.Join();
        _files.Dispose();
        _json.Dispose();
        _records.Dispose();
        ReportDropped();
    }

    private void Add(in DecisionLogEntry entry)
    {
        if (!_queue.TryAdd(entry))
        {
            Interlocked.Increment(ref _dropped);
            _metrics.RecordDecisionLog("dropped", 1);
        }
    }

    private void Run()
    {
        DecisionLogEntry[] batch = new DecisionLogEntry[Batch];
        while (_queue.Take(batch, out long flush) is >= 0 and var count)
        {
            for (int i = 0; i < count; i++)
            {
                Append(batch[i]);
                batch[i] = default;
            }

            if (flush != 0)
            {
                WriteOut();
                ReportDropped();
                _queue.Flushed(flush);
            }
        }

        WriteOut();
    }

    private void Append(in DecisionLogEntry entry)
    {
        int before = _buffer.WrittenCount;
        try
        {
            _json.Reset(_buffer);
            _records.Write(_json, entry);
            _json.Flush();
            _buffer.GetSpan(1)[0] = (byte)'\n';
            _buffer.Advance(1);
        }
        catch (Exception exception)
        {
            // Seams hand in what they like, and a half-written line would spoil the next: those before it are kept.
            Lose(1, exception);
            Keep(before);
            return;
        }

        _pending++;
        if (_buffer.WrittenCount >= MaxBufferedBytes || _files.Length + _buffer.WrittenCount > _settings.MaxFileBytes)
        {
            // What fits in the current file goes there; the record that does not begins the next one.
            WriteOut(before);
        }
    }

    private void WriteOut(int firstPart = 0)
    {
        if (_pending == 0)
        {
            return;
        }

        try
        {
            DateOnly today = DateOnly.FromDateTime(_timeProvider.GetUtcNow().UtcDateTime);
            if (firstPart > 0)
            {
                _files.Write(_buffer.WrittenSpan[..firstPart], today);
                Count(_pending - 1);
                _pending = 1;
            }

            _files.Write(_buffer.WrittenSpan[firstPart..], today);
            Count(_pending);
            _currentFile = _files.Current;
            if (_isFailing)
            {
                _isFailing = false;
                Tell(() => Log.Recovered(_logger, _settings.Path, Lost));
            }
        }
        catch (Exception exception)
        {
            // Whatever the disk says: the log is never worth a request, nor its own thread.
            _files.Abandon();
            Lose(_pending, exception);
        }

        _pending = 0;
        _buffer.ResetWrittenCount();
    }

    private void Count(int written)
    {
        Interlocked.Add(ref _written, written);
        Tell(() => _metrics.RecordDecisionLog("written", written));
    }

    private void Keep(int length)
    {
        byte[] kept = _buffer.WrittenSpan[..length].ToArray();
        _buffer.ResetWrittenCount();
        _buffer.Write(kept);
    }

    private void Lose(int count, Exception exception)
    {
        Interlocked.Add(ref _lost, count);
        Tell(() => _metrics.RecordDecisionLog("lost", count));
        if (!_isFailing)
        {
            _isFailing = true;
            Tell(() => Log.Failed(_logger, _settings.Path, exception.GetType().Name));
        }
    }

    private void ReportDropped()
    {
        long dropped = Dropped;
        if (dropped != _reportedDropped)
        {
            long since = dropped - _reportedDropped;
            Tell(() => Log.Dropped(_logger, since, _settings.Capacity));
            _reportedDropped = dropped;
        }
    }

    // On the log's own thread nobody would catch what a logger or a listener to metrics throws, and the process would end.
    private static void Tell(Action report)
    {
        try
        {
            report();
        }
        catch (Exception)
        {
            // The only one who could be told has just thrown; the counts above say what happened.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.DecisionLogFailed, LogLevel.Error, "Decisions cannot be logged to '{Path}' ({Exception}); requests go on, and their records are lost until it can be written")]
        public static partial void Failed(ILogger logger, string path, string exception);

        [LoggerMessage(EventIds.DecisionLogRecovered, LogLevel.Information, "Decisions are logged to '{Path}' again; {Lost} records are lost so far")]
        public static partial void Recovered(ILogger logger, string path, long lost);

        [LoggerMessage(EventIds.DecisionLogDropped, LogLevel.Warning, "{Count} records of decisions were dropped: the log was behind by {Capacity}. Raise DecisionLog:Capacity, or set DecisionLog:WhenFull to 'Wait'")]
        public static partial void Dropped(ILogger logger, long count, int capacity);
    }
}
