namespace LlmRouting;

/// <summary>Tells of one change of an endpoint's state.</summary>
/// <param name="From">What it was.</param>
/// <param name="To">What it is.</param>
/// <param name="Cause">The failure that brought it about; null when it was none.</param>
/// <param name="OpenFor">For how long it is passed over; zero when it is not.</param>
internal readonly record struct HealthChange(CircuitState From, CircuitState To, FailureKind? Cause, TimeSpan OpenFor)
{
    /// <summary>Gets whether nothing has changed.</summary>
    public bool IsNone => From == To;
}
