using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Reads the router's record off an answer.</summary>
public static class RoutingChatResponseExtensions
{
    internal const string Key = "llm.routing.outcome";
    internal const string RawTextKey = "llm.routing.raw-text";

    /// <summary>Gets what the router did to get this answer.</summary>
    /// <param name="response">An answer of a routing client, or of <c>ToChatResponse</c> over its updates.</param>
    /// <returns>The outcome; null when the answer did not come from a routing client.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="response"/> is null.</exception>
    public static RoutingOutcome? GetRoutingOutcome(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return Read(response.AdditionalProperties);
    }

    /// <summary>Gets what the router did, from the last update of a stream.</summary>
    /// <param name="update">An update.</param>
    /// <returns>The outcome; null on every update but the last.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    public static RoutingOutcome? GetRoutingOutcome(this ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Read(update.AdditionalProperties);
    }

    /// <summary>Gets the text that the model wrote, where a validator put a clean form in its place.</summary>
    /// <param name="response">An answer of a routing client, or of <c>ToChatResponse</c> over its updates.</param>
    /// <returns>The text as the model wrote it; null when the answer's text is just that.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="response"/> is null.</exception>
    public static string? GetRawText(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.AdditionalProperties is { } properties && properties.TryGetValue(RawTextKey, out object? text) ? text as string : null;
    }

    private static RoutingOutcome? Read(AdditionalPropertiesDictionary? properties) =>
        properties is not null && properties.TryGetValue(Key, out object? value) ? value as RoutingOutcome : null;
}
