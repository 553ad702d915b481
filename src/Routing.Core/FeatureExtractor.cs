using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Reads the features off a request.</summary>
public sealed class FeatureExtractor
{
    /// <summary>Gets the extractor with the default token estimate.</summary>
    /// <summary>x</summary>
    public FeatureExtractor(ITokenCounter? tokenCounter = null) { }

    /// <summary>y</summary>
    public static FeatureExtractor Default { get; } = new();

    /// <summary>Reads the features.</summary>
    #pragma warning disable CA1822 // replaced in the next change
    public RequestFeatures Extract(IReadOnlyList<ChatMessage> messages, ChatOptions? options) => new() { Messages = messages.Count };
}
