using LlmRouting.Onnx.Training;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Onnx.Learned;

/// <summary>Owns a strategy that came from a file, and replaces its router when the file changes.</summary>
/// <remarks>
/// Looks at the file's time and size on a timer: watchers of file systems miss changes on network shares and in mounted volumes, which is where such files lie.
/// A file is usually written in several steps; one that is read in between is damaged, reported, and read again when it has changed further. Thread-safe.
/// </remarks>
internal sealed partial class LearnedRouterReloader : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly ITimer? _timer;
    private FileStamp _seen;
    private FileStamp _reported;
    private bool _isDisposed;

    public LearnedRouterReloader(
        LearnedRouterFile file, TimeProvider timeProvider, ILoggerFactory loggers, IEmbeddingGenerator<string, Embedding<float>>? generator = null)
    {
        _path = file.Path;
        _seen = file.Stamp;
        _logger = loggers.CreateLogger<LearnedRouterReloader>();
        Strategy = new LearnedStrategy(file.Router, file.Settings, generator, timeProvider, loggers.CreateLogger<LearnedStrategy>());
        if (file.Settings.ReloadPeriod is { } period)
        {
            _timer = timeProvider.CreateTimer(static reloader => ((LearnedRouterReloader)reloader!).Look(), this, period, period); // its own state, never null
        }
    }

    public LearnedStrategy Strategy { get; }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        _timer?.Dispose();
    }

    // A look that takes longer than the period is not joined by another one.
    private void Look()
    {
        if (!_lock.TryEnter())
        {
            return;
        }

        try
        {
            Look_NeedsLock();
        }
        finally
        {
            _lock.Exit();
        }
    }

    private void Look_NeedsLock()
    {
        FileStamp stamp = _isDisposed ? _seen : FileStamp.Of(_path);

        // A file that is gone is being replaced, as a rule.
        if (!stamp.Exists || stamp == _seen)
        {
            return;
        }

        try
        {
            Strategy.Replace(TrainedRouter.Load(_path));
            _seen = stamp;
            Log.Replaced(_logger, _path, Strategy.Name);
        }
        catch (Exception error) when (error is InvalidDataException or ArgumentException)
        {
            _seen = stamp;
            Report(stamp, error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Somebody is writing it, perhaps: it is tried again, though it may look the same then.
            Report(stamp, error);
        }
    }

    private void Report(FileStamp stamp, Exception error)
    {
        if (_reported != stamp)
        {
            _reported = stamp;
            Log.Rejected(_logger, _path, Strategy.Name, error.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.LearnedRouterReplaced, LogLevel.Information, "The changed router in '{Path}' is in use by the strategy '{Strategy}' from now on.")]
        public static partial void Replaced(ILogger logger, string path, string strategy);

        [LoggerMessage(EventIds.LearnedRouterRejected, LogLevel.Warning, "The changed router in '{Path}' cannot be used by the strategy '{Strategy}', and the last good one stays in force: {Error}")]
        public static partial void Rejected(ILogger logger, string path, string strategy, string error);
    }
}
