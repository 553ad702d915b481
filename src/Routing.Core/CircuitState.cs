namespace LlmRouting;

/// <summary>Says whether an endpoint is called.</summary>
public enum CircuitState
{
    /// <summary>It is called.</summary>
    Closed,

    /// <summary>It failed too often, or asked to be left alone: it is passed over until its time is over.</summary>
    Open,

    /// <summary>Its time is over: one call finds out whether it works again, all others pass it over.</summary>
    HalfOpen,

    /// <summary>It works again: it gets a share of the calls, which grows.</summary>
    RampUp,
}
