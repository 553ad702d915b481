using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Tells what a service says is left of its rate limits; a provider's client attaches it to an answer or to any update of a stream.</summary>
/// <remarks>Immutable. Stands for headers such as <c>x-ratelimit-remaining-requests</c> and <c>anthropic-ratelimit-tokens-reset</c>.</remarks>
public sealed record RateLimitState
{
    /// <summary>The name under which it stands among additional properties.</summary>
    public const string Key = "llm.routing.ratelimit";

    /// <summary>Gets how many more calls may start until <see cref="RequestsResetAfter"/>.</summary>
    /// <value>null when the service did not say.</value>
    public long? RemainingRequests { get; init; }

    /// <summary>Gets after which time all calls are allowed again.</summary>
    /// <value>null when the service did not say; what remains is then not heeded.</value>
    public TimeSpan? RequestsResetAfter { get; init; }

    /// <summary>Gets how many more tokens may be used until <see cref="TokensResetAfter"/>.</summary>
    /// <value>null when the service did not say.</value>
    public long? RemainingTokens { get; init; }

    /// <summary>Gets after which time all tokens are allowed again.</summary>
    /// <value>null when the service did not say; what remains is then not heeded.</value>
    public TimeSpan? TokensResetAfter { get; init; }

    /// <summary>Reads what a client attached.</summary>
    /// <param name="properties">The additional properties of an answer or an update.</param>
    /// <returns>null when there is nothing.</returns>
    public static RateLimitState? From(AdditionalPropertiesDictionary? properties) =>
        properties is not null && properties.TryGetValue(Key, out object? value) ? value as RateLimitState : null;
}
