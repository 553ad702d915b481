using Microsoft.Extensions.Logging;

namespace LlmRouting.Testing;

/// <summary>Is a logger factory that keeps every line of every level, with its exception written out.</summary>
/// <remarks>Thread-safe.</remarks>
public sealed class RecordedLog : ILoggerFactory
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];

    /// <summary>Gets what was logged so far.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lock)
            {
                return [.. _lines];
            }
        }
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Recorder(this);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private sealed class Recorder(RecordedLog owner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (owner._lock)
            {
                owner._lines.Add($"{logLevel} {eventId.Id}: {formatter(state, exception)} {exception}");
            }
        }
    }
}
