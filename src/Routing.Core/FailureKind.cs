namespace LlmRouting;

/// <summary>Says why an attempt did not give a good answer; what follows depends on it.</summary>
public enum FailureKind
{
    /// <summary>Nothing known matched: the next model is tried.</summary>
    Unknown,

    /// <summary>The caller gave up: the walk stops, and no model is to blame.</summary>
    CallerCancelled,

    /// <summary>A time limit of ours ran out: the next model is tried.</summary>
    Timeout,

    /// <summary>The service could not be reached, or the connection broke: the next model is tried.</summary>
    Network,

    /// <summary>Too many requests for now: the next model is tried.</summary>
    RateLimited,

    /// <summary>The account's quota or credit is used up: the next model is tried.</summary>
    QuotaExhausted,

    /// <summary>The service has no capacity at the moment (503, 529): the next model is tried.</summary>
    Overloaded,

    /// <summary>The service failed (other 5xx): the next model is tried.</summary>
    ServerError,

    /// <summary>The key is wrong or lacks a right (401, 403): the next model is tried, and an error is logged.</summary>
    Auth,

    /// <summary>The service does not know the model or the address (404): the next model is tried, and an error is logged.</summary>
    NotFound,

    /// <summary>The request is too long for the model: only models with a larger window are tried.</summary>
    ContextLengthExceeded,

    /// <summary>The provider's filter blocked the request or the answer: the walk stops, unless configured otherwise.</summary>
    ContentFiltered,

    /// <summary>The model refused: the walk stops, unless configured otherwise.</summary>
    Refusal,

    /// <summary>The request itself is wrong (400): the walk stops, since every model would say so.</summary>
    InvalidRequest,

    /// <summary>The answer could not be read: the next model is tried.</summary>
    MalformedResponse,

    /// <summary>The answer had no content: the next model is tried.</summary>
    EmptyResponse,

    /// <summary>The stream ended without its end: before any content the next model is tried, after it the caller is told.</summary>
    TruncatedStream,

    /// <summary>A validator rejected the answer, because it breaks the schema that was asked for or another rule: the next model is tried.</summary>
    SchemaInvalid,

    /// <summary>The endpoint's circuit is open: it was not called.</summary>
    CircuitOpen,

    /// <summary>A budget has no room for the call: it was not made, and the next model is tried.</summary>
    BudgetExceeded,
}
