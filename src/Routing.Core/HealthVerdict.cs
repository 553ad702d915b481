namespace LlmRouting;

/// <summary>Says what the end of an attempt means for the health of its endpoint.</summary>
internal enum HealthVerdict
{
    /// <summary>It tells nothing: the caller's own doing, or a matter of the content.</summary>
    Neutral,

    Success,

    /// <summary>It counts; enough of them have the endpoint passed over.</summary>
    Failure,

    /// <summary>The service asks to be left alone, at once.</summary>
    Throttled,

    /// <summary>It will say the same until somebody mends it, at once.</summary>
    Misconfigured,
}
