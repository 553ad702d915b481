namespace LlmRouting.Execution;

/// <summary>Says how the caller learns that a stream broke after a part of it was delivered.</summary>
public enum TruncationPolicy
{
    /// <summary>Enumerating throws a <see cref="RouteFailedException"/> after the delivered part.</summary>
    Throw,

    /// <summary>The stream ends; only the outcome, which the last update carries, says that it is truncated.</summary>
    End,
}
