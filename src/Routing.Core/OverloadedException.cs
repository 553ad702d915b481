namespace LlmRouting;

/// <summary>Is thrown when a request is turned away because too many run already.</summary>
/// <remarks>No model was called. Raised only where the host configured <c>Admission</c>.</remarks>
public sealed class OverloadedException : RoutingException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="priority">The priority of the request.</param>
    public OverloadedException(string message, RequestPriority priority)
        : base(message) => Priority = priority;

    /// <summary>Gets the priority of the request.</summary>
    public RequestPriority Priority { get; }

    internal static OverloadedException QueueFull(RequestPriority priority, int limit, int queue) => new(
        FormattableString.Invariant($"The request was turned away: {limit} requests run, and {queue} more of priority '{priority}' wait. ")
            + "Try again later, or raise Admission:MaxConcurrent or Admission:MaxQueue.",
        priority);

    internal static OverloadedException QueueTimeout(RequestPriority priority, int limit, TimeSpan waited) => new(
        FormattableString.Invariant($"The request, of priority '{priority}', waited {waited.TotalSeconds:0.###} s for one of {limit} places and got none. ")
            + "Try again later, or raise Admission:MaxConcurrent or Admission:QueueTimeout.",
        priority);
}
