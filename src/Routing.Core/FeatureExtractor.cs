using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Reads the features off a request.</summary>
/// <remarks>
/// <para>Thread-safe. Allocates the features and nothing else; the size of a tool or a response format is remembered for as long as the
/// object lives. Text is read whole up to <see cref="TokenEstimator.MaxScannedCharacters"/> characters for the last user message and as
/// many for everything else; beyond that in evenly spaced windows (<see cref="RequestFeatures.IsSampled"/>) from which the rest is
/// extrapolated.</para>
/// <para>What is said of the user's last message is said of the last one in which the user wrote something: blocks such as
/// <c>&lt;system-reminder&gt;…&lt;/system-reminder&gt;</c>, which a harness put there, take tokens but say nothing about the question. A
/// block without its closing tag is ordinary text.</para>
/// <para>Media take flat estimates: an image 765 tokens, an audio clip 960, a document 3,000.</para>
/// </remarks>
public sealed class FeatureExtractor
{
    private readonly ITokenCounter? _tokenCounter;

    /// <summary>Creates an extractor.</summary>
    /// <param name="tokenCounter">Counts the tokens of message texts and instructions; null takes <see cref="TokenEstimator"/>, which
    /// costs nothing extra because it shares the extractor's only pass. Tools, schemas and tool results always take the estimate.</param>
    public FeatureExtractor(ITokenCounter? tokenCounter = null) =>
        _tokenCounter = tokenCounter is TokenEstimator ? null : tokenCounter;

    /// <summary>Gets the extractor with the default token estimate.</summary>
    public static FeatureExtractor Default { get; } = new();

    /// <summary>Reads the features.</summary>
    /// <param name="messages">The messages, oldest first; may be empty.</param>
    /// <param name="options">The caller's options; null means none.</param>
    /// <returns>The features; the same for the same request.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is null.</exception>
    public RequestFeatures Extract(IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        int lastUser = LastUserMessage.Find(messages);
        RequestShape shape = RequestShape.Read(messages, options, lastUser);
        var reader = new RequestReader(_tokenCounter, shape.LastUserLength, shape.TextLength - shape.LastUserLength);
        for (int i = 0; i < messages.Count; i++)
        {
            reader.ReadMessage(messages[i], isLastUser: i == lastUser);
        }

        reader.ReadText(options?.Instructions);
        return reader.ToFeatures(in shape, messages.Count, options?.MaxOutputTokens);
    }
}
