namespace LlmRouting.Execution;

/// <summary>Sets time limits for the models of one tier, in the place of those that hold for all.</summary>
/// <remarks>Immutable. What is null is as it is for all; see <see cref="ExecutionSettings"/> for what each limit covers.</remarks>
public sealed record TimeoutSettings
{
    /// <summary>Gets how long a request may take whose first choice is of this tier.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>Gets how long one attempt may take that is not streamed.</summary>
    public TimeSpan? AttemptTimeout { get; init; }

    /// <summary>Gets how long a stream may take until its first update.</summary>
    public TimeSpan? OpenTimeout { get; init; }

    /// <summary>Gets how long a stream may take until its first meaningful content.</summary>
    public TimeSpan? FirstTokenTimeout { get; init; }

    /// <summary>Gets how long a stream may stay silent after that.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Gets how long a stream may take from the start of its request to its end.</summary>
    public TimeSpan? StreamTimeout { get; init; }

    /// <summary>Gets how many characters a stream must bring in a second of waiting.</summary>
    public double? MinCharactersPerSecond { get; init; }
}
