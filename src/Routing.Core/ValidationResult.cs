namespace LlmRouting;

/// <summary>Says what the validators made of an attempt's answer.</summary>
public enum ValidationResult
{
    /// <summary>Nobody looked: there are no validators, or no answer came.</summary>
    None,

    /// <summary>Every validator accepted it.</summary>
    Accepted,

    /// <summary>A validator rejected it, or asked for a repair.</summary>
    Rejected,

    /// <summary>It was delivered without the say of every validator: it outgrew what may be held back, or a validator threw or ran out of time.</summary>
    Unvalidated,
}
