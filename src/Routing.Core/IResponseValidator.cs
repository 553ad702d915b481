using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Accepts an answer, asks for a repair, or rejects it, which climbs to the next model.</summary>
/// <remarks>
/// Implementations are singletons and must be thread-safe. A validator that throws, or takes longer than the request has, has no say; the attempt
/// records the answer as unvalidated. With any validator
/// registered, a streamed answer is held back until it has been validated.
/// </remarks>
public interface IResponseValidator
{
    /// <summary>Gets the name that records use.</summary>
    string Name { get; }

    /// <summary>Judges an answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="response">The whole answer; must not be changed.</param>
    /// <param name="cancellationToken">Cancelled when the caller gives up or the request's time is over.</param>
    /// <returns>The verdict.</returns>
    ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken);
}
