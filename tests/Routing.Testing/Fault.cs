namespace LlmRouting.Testing;

/// <summary>Is what goes wrong with one call, in either mode.</summary>
/// <remarks>Immutable. Counts of updates mean updates that bring content; a whole answer has none before its failure.</remarks>
public sealed record Fault
{
    private Fault(FaultKind kind) => Kind = kind;

    /// <summary>Gets the fault that is none.</summary>
    public static Fault None { get; } = new(FaultKind.None);

    /// <summary>Gets the fault of an address where nobody listens.</summary>
    public static Fault ConnectRefused { get; } = new(FaultKind.ConnectRefused);

    /// <summary>Gets the fault of a stream, or answer, that brings nothing at all.</summary>
    public static Fault Empty { get; } = new(FaultKind.Empty);

    /// <summary>Gets the fault of an answer that brings a role and an end, but no content.</summary>
    public static Fault RoleOnly { get; } = new(FaultKind.RoleOnly);

    /// <summary>Gets the fault of a service that fails (500).</summary>
    public static Fault ServerError { get; } = new(FaultKind.ServerError);

    /// <summary>Gets the fault of a service without capacity (529).</summary>
    public static Fault Overloaded { get; } = new(FaultKind.Overloaded);

    /// <summary>Gets the fault of a key that is refused (401).</summary>
    public static Fault Unauthorized { get; } = new(FaultKind.Unauthorized);

    /// <summary>Gets the fault of a request that is too long.</summary>
    public static Fault ContextLength { get; } = new(FaultKind.ContextLength);

    /// <summary>Gets the fault of an answer that a filter blocks.</summary>
    public static Fault ContentFilter { get; } = new(FaultKind.ContentFilter);

    /// <summary>Gets the fault of a call that never ends and ignores its cancellation.</summary>
    public static Fault Hang { get; } = new(FaultKind.Hang);

    /// <summary>Gets the fault of an answer that does not say what it used.</summary>
    public static Fault MissingUsage { get; } = new(FaultKind.MissingUsage);

    /// <summary>Gets the fault of an answer that says only how much input it used.</summary>
    public static Fault PartialUsage { get; } = new(FaultKind.PartialUsage);

    /// <summary>Gets what goes wrong.</summary>
    public FaultKind Kind { get; }

    /// <summary>Gets after how many updates with content it goes wrong.</summary>
    /// <value>0 or more; 0 where that has no meaning. A shorter answer goes wrong before its end.</value>
    public int AfterUpdates { get; private init; }

    /// <summary>Gets how long the service takes.</summary>
    /// <value>Zero where that has no meaning.</value>
    public TimeSpan Delay { get; private init; }

    /// <summary>Gets how long the service asks to be left alone.</summary>
    /// <value>null when it does not say.</value>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Makes an answer come late.</summary>
    /// <param name="delay">How late; not negative.</param>
    /// <returns>The fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative.</exception>
    public static Fault SlowOpen(TimeSpan delay) => new(FaultKind.SlowOpen) { Delay = NotNegative(delay) };

    /// <summary>Makes every update of an answer come late.</summary>
    /// <param name="delay">How late each; a whole answer is late once. Not negative.</param>
    /// <returns>The fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative.</exception>
    public static Fault Trickle(TimeSpan delay) => new(FaultKind.Trickle) { Delay = NotNegative(delay) };

    /// <summary>Makes an answer fall silent.</summary>
    /// <param name="updates">After how many updates; not negative.</param>
    /// <returns>The fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="updates"/> is negative.</exception>
    public static Fault StallAfter(int updates) => new(FaultKind.Stall) { AfterUpdates = NotNegative(updates) };

    /// <summary>Makes a stream end early, without a finish reason.</summary>
    /// <param name="updates">After how many updates; not negative.</param>
    /// <returns>The fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="updates"/> is negative.</exception>
    public static Fault CutAfter(int updates) => new(FaultKind.Cut) { AfterUpdates = NotNegative(updates) };

    /// <summary>Makes an answer end with an exception.</summary>
    /// <param name="updates">After how many updates; not negative; 0 is an error in the first chunk.</param>
    /// <returns>The fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="updates"/> is negative.</exception>
    public static Fault BreakAfter(int updates) => new(FaultKind.Break) { AfterUpdates = NotNegative(updates) };

    /// <summary>Makes an answer end with an error as content.</summary>
    /// <param name="updates">After how many updates; not negative; 0 is an error in the first chunk.</param>
    /// <returns>The fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="updates"/> is negative.</exception>
    public static Fault ErrorContentAfter(int updates) => new(FaultKind.ErrorContent) { AfterUpdates = NotNegative(updates) };

    /// <summary>Makes a part of an answer unreadable.</summary>
    /// <param name="updates">After how many updates; not negative; 0 is the first chunk.</param>
    /// <returns>The fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="updates"/> is negative.</exception>
    public static Fault MalformedAfter(int updates) => new(FaultKind.Malformed) { AfterUpdates = NotNegative(updates) };

    /// <summary>Makes a service refuse for having too many requests.</summary>
    /// <param name="retryAfter">How long it asks to be left alone; null when it does not say.</param>
    /// <returns>The fault.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="retryAfter"/> is negative.</exception>
    public static Fault RateLimited(TimeSpan? retryAfter = null) =>
        new(FaultKind.RateLimited) { RetryAfter = retryAfter is { } time ? NotNegative(time) : null };

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant(
        $"{Kind}{(AfterUpdates > 0 ? $" after {AfterUpdates}" : "")}{(Delay > TimeSpan.Zero ? $" {Delay.TotalMilliseconds:0} ms" : "")}{(RetryAfter is { } time ? $", retry after {time.TotalSeconds:0.###} s" : "")}");

    private static int NotNegative(int updates)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(updates);
        return updates;
    }

    private static TimeSpan NotNegative(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        return time;
    }
}
