namespace LlmRouting.Admission;

/// <summary>Bounds how many requests run at a time, and how many wait for their turn.</summary>
/// <remarks>Immutable.</remarks>
public sealed record AdmissionSettings
{
    /// <summary>Gets how many requests run at a time.</summary>
    /// <value>At least 1. A stream runs until its reader has come to its end or has let go of it.</value>
    public required int MaxConcurrent { get; init; }

    /// <summary>Gets how many requests wait for their turn, of each priority.</summary>
    /// <value>0 or more; default 100. One more is rejected at once.</value>
    public int MaxQueue { get; init; } = 100;

    /// <summary>Gets how long a request waits for its turn.</summary>
    /// <value>Positive, at most 49 days; default 10 seconds. It is rejected then.</value>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the share of turns that background requests get while interactive ones wait too.</summary>
    /// <value>0 to 0.5; default 0.1. With 0 a steady queue of interactive requests lets no background request through.</value>
    public double BackgroundShare { get; init; } = 0.1;

    /// <summary>Gets from which load on requests that are not complex go to the cheapest tier.</summary>
    /// <value>Above 0, at most 1: the smoothed share of places in use; null means never; default null.</value>
    public double? DegradeAbove { get; init; }

    /// <summary>Gets at which load that ends.</summary>
    /// <value>0 or more, below <see cref="DegradeAbove"/>; null means three quarters of it; default null.</value>
    public double? DegradeBelow { get; init; }

    /// <summary>Gets at which load degrading ends, whether it was said or not.</summary>
    internal double EndsBelow => DegradeBelow ?? (0.75 * DegradeAbove ?? 0);

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (MaxConcurrent < 1)
        {
            yield return FormattableString.Invariant($"Admission:MaxConcurrent is {MaxConcurrent}; it must be at least 1.");
        }

        if (MaxQueue < 0)
        {
            yield return FormattableString.Invariant($"Admission:MaxQueue is {MaxQueue}; it must be 0 or more.");
        }

        if (QueueTimeout <= TimeSpan.Zero || QueueTimeout > TimeSpan.FromDays(49))
        {
            yield return $"Admission:QueueTimeout is {QueueTimeout}; it must be longer than zero and at most 49 days.";
        }

        if (BackgroundShare is not (>= 0 and <= 0.5))
        {
            yield return FormattableString.Invariant($"Admission:BackgroundShare is {BackgroundShare}; it must be between 0 and 0.5.");
        }

        if (DegradeAbove is not null and not (> 0 and <= 1))
        {
            yield return FormattableString.Invariant($"Admission:DegradeAbove is {DegradeAbove}; it must be above 0 and at most 1.");
        }
        else if (DegradeBelow is { } below && !(below >= 0 && below < DegradeAbove))
        {
            yield return FormattableString.Invariant($"Admission:DegradeBelow is {below}; it must be 0 or more, and below DegradeAbove ({DegradeAbove?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "not set"}).");
        }
    }
}
