using LlmRouting.Execution;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures time limits of one tier; see <see cref="TimeoutSettings"/>. What is left out is as it is for all.</summary>
public sealed class TimeoutOptions
{
    /// <summary>Gets or sets the limit of a request whose first choice is of this tier.</summary>
    public TimeSpan? TotalTimeout { get; set; }

    /// <summary>Gets or sets the limit of an attempt that is not streamed.</summary>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>Gets or sets the limit until a stream's first update.</summary>
    public TimeSpan? OpenTimeout { get; set; }

    /// <summary>Gets or sets the limit until a stream's first content.</summary>
    public TimeSpan? FirstTokenTimeout { get; set; }

    /// <summary>Gets or sets the limit of silence after it.</summary>
    public TimeSpan? IdleTimeout { get; set; }

    /// <summary>Gets or sets the limit of a whole stream.</summary>
    public TimeSpan? StreamTimeout { get; set; }

    /// <summary>Gets or sets how many characters a stream must bring in a second.</summary>
    public double? MinCharactersPerSecond { get; set; }

    internal TimeoutSettings ToSettings() => new()
    {
        TotalTimeout = TotalTimeout,
        AttemptTimeout = AttemptTimeout,
        OpenTimeout = OpenTimeout,
        FirstTokenTimeout = FirstTokenTimeout,
        IdleTimeout = IdleTimeout,
        StreamTimeout = StreamTimeout,
        MinCharactersPerSecond = MinCharactersPerSecond,
    };
}
