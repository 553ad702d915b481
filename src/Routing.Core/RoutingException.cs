namespace LlmRouting;

/// <summary>Is thrown when the router cannot have a request answered.</summary>
/// <remarks>Its message names models, kinds and settings, never text of the request.</remarks>
public class RoutingException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which thing, and what to do.</param>
    public RoutingException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which thing, and what to do.</param>
    /// <param name="innerException">What caused it; null when nothing did.</param>
    public RoutingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception.</summary>
    public RoutingException()
    {
    }

    /// <summary>Gets what became of the request.</summary>
    /// <value>null when the request failed before a decision was made.</value>
    public RoutingOutcome? Outcome { get; init; }
}
