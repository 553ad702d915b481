using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Builds the chat clients of one kind of service.</summary>
/// <remarks>Implementations are singletons and must be thread-safe. The caller owns, and disposes, each client that is returned.</remarks>
public interface IModelProvider
{
    /// <summary>Gets the name that configuration refers to in <c>Providers:{name}:Kind</c>.</summary>
    /// <value>Compared ignoring case.</value>
    string Kind { get; }

    /// <summary>Creates a client for an endpoint.</summary>
    /// <param name="endpoint">How to reach the model.</param>
    /// <returns>A client that makes exactly one attempt per call: its own retries are off, since the router counts attempts.</returns>
    /// <exception cref="ArgumentException">The settings lack something that this kind of service needs; the message says what.</exception>
    IChatClient CreateClient(ModelEndpointSettings endpoint);
}
