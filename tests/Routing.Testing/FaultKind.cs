namespace LlmRouting.Testing;

/// <summary>Names what goes wrong with a call.</summary>
public enum FaultKind
{
    /// <summary>Nothing: the call goes through.</summary>
    None,

    /// <summary>Nobody listens at the service's address; nothing is charged.</summary>
    ConnectRefused,

    /// <summary>The service takes its time before anything comes; then all is well.</summary>
    SlowOpen,

    /// <summary>Every part of the answer takes its time; all of it comes.</summary>
    Trickle,

    /// <summary>The answer falls silent, and stays so until the call is cancelled.</summary>
    Stall,

    /// <summary>The stream ends early as if it were whole, but without a finish reason; a whole answer breaks with its connection.</summary>
    Cut,

    /// <summary>The connection breaks with an exception.</summary>
    Break,

    /// <summary>The answer says that it failed, in an <c>ErrorContent</c>.</summary>
    ErrorContent,

    /// <summary>A part of the answer is no JSON.</summary>
    Malformed,

    /// <summary>Nothing comes at all, and that without an error.</summary>
    Empty,

    /// <summary>A role and metadata come, and a proper end, but no content.</summary>
    RoleOnly,

    /// <summary>Too many requests (429); nothing is charged.</summary>
    RateLimited,

    /// <summary>The service failed (500); nothing is charged.</summary>
    ServerError,

    /// <summary>The service has no capacity (529); nothing is charged.</summary>
    Overloaded,

    /// <summary>The key is refused (401); nothing is charged.</summary>
    Unauthorized,

    /// <summary>The request is too long for the model; nothing is charged.</summary>
    ContextLength,

    /// <summary>A filter blocks the answer: its finish reason says so; the input is charged.</summary>
    ContentFilter,

    /// <summary>Nothing ever comes, and cancelling the call does not help.</summary>
    Hang,

    /// <summary>The answer is whole, but does not say what it used.</summary>
    MissingUsage,

    /// <summary>The answer is whole, but says only how much input it used.</summary>
    PartialUsage,
}
