namespace LlmRouting.Admission;

/// <summary>Is how busy a limiter was at one moment.</summary>
/// <param name="InUse">How many requests run; more than <paramref name="Limit"/> for a while after the limit was lowered.</param>
/// <param name="Limit">How many may.</param>
/// <param name="QueuedInteractive">How many interactive requests wait.</param>
/// <param name="QueuedBackground">How many background requests wait.</param>
/// <param name="Smoothed">The share of places in use, 0 to 1, smoothed over about a second.</param>
/// <param name="IsDegraded">Whether requests that are not complex go to the cheapest tier.</param>
/// <param name="Rejected">How many requests were turned away since the limiter was made, its queue being full or their time being over.</param>
public readonly record struct AdmissionLoad(
    int InUse,
    int Limit,
    int QueuedInteractive,
    int QueuedBackground,
    double Smoothed,
    bool IsDegraded,
    long Rejected);
