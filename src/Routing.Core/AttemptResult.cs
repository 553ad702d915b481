namespace LlmRouting;

/// <summary>Says how an attempt ended.</summary>
public enum AttemptResult
{
    /// <summary>Its answer went to the caller.</summary>
    Succeeded,

    /// <summary>It failed before the caller saw anything of it.</summary>
    Failed,

    /// <summary>A validator rejected its answer.</summary>
    Rejected,

    /// <summary>It was not made.</summary>
    Skipped,

    /// <summary>Its stream broke after the caller had seen a part of it.</summary>
    Truncated,

    /// <summary>The caller gave up on it.</summary>
    Cancelled,
}
