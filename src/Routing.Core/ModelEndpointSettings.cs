using System.Collections.Frozen;

namespace LlmRouting;

/// <summary>Says how to reach a model at one place; what an <see cref="IModelProvider"/> builds a client from.</summary>
/// <remarks>Two equal settings describe the same client, so live state survives a configuration reload that leaves them equal.</remarks>
public sealed record ModelEndpointSettings
{
    /// <summary>Gets the configuration name of the provider.</summary>
    /// <value>A key below <c>Providers</c>.</value>
    public required string Provider { get; init; }

    /// <summary>Gets the kind of provider that builds the client.</summary>
    /// <value>The <see cref="IModelProvider.Kind"/> of a registered provider.</value>
    public required string Kind { get; init; }

    /// <summary>Gets the provider's own name for the model.</summary>
    /// <value>Not empty.</value>
    public required string ModelId { get; init; }

    /// <summary>Gets the base address of the service.</summary>
    /// <value>Absolute; null means the kind's own default; default null.</value>
    public Uri? Endpoint { get; init; }

    /// <summary>Gets the key that the service asks for.</summary>
    /// <value>null means that none was configured; default null. It never appears in <see cref="ToString"/>.</value>
    public string? ApiKey { get; init; }

    /// <summary>Gets what else the provider kind wants to know.</summary>
    /// <value>Name to value; empty by default; names are the provider's to define.</value>
    public FrozenDictionary<string, string> Properties { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <inheritdoc/>
    public bool Equals(ModelEndpointSettings? other) =>
        other is not null
        && Provider == other.Provider
        && Kind == other.Kind
        && ModelId == other.ModelId
        && Endpoint == other.Endpoint
        && ApiKey == other.ApiKey
        && Properties.Count == other.Properties.Count
        && Properties.All(pair => other.Properties.TryGetValue(pair.Key, out string? value) && value == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Provider, Kind, ModelId, Endpoint, ApiKey, Properties.Count);

    /// <summary>Names the endpoint without its key.</summary>
    /// <returns>One line, safe to log.</returns>
    public override string ToString() => $"{ModelId} at {Provider} ({Kind}{(Endpoint is null ? "" : $", {Endpoint.Authority}")})";
}
