namespace LlmRouting;

/// <summary>Says why an endpoint is not called.</summary>
internal enum EndpointRefusal
{
    None,

    /// <summary>It was taken out of service.</summary>
    Retired,

    /// <summary>As many calls as it may have are running.</summary>
    Busy,

    /// <summary>Its rate is used up.</summary>
    RateLimited,

    /// <summary>Its health has it passed over.</summary>
    CircuitOpen,
}
