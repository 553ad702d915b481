using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Tells the router what it cannot know of a content.</summary>
public static class RoutingContentExtensions
{
    /// <summary>Says which provider keeps a hosted file or vector store, so that only models there are asked.</summary>
    /// <typeparam name="T">The kind of content.</typeparam>
    /// <param name="content">The content, such as a <see cref="HostedFileContent"/>; it is changed.</param>
    /// <param name="provider">A key below <c>Providers</c>; for a client that the host handed in, its <c>ChatClientMetadata.ProviderName</c>. Compared ignoring case.</param>
    /// <returns>The content.</returns>
    /// <exception cref="ArgumentException"><paramref name="provider"/> is empty.</exception>
    /// <remarks>What came in an answer says so by itself. What says nothing is taken to be kept where the request goes first.</remarks>
    public static T HeldBy<T>(this T content, string provider)
        where T : AIContent
    {
        ArgumentNullException.ThrowIfNull(content);
        ArgumentException.ThrowIfNullOrWhiteSpace(provider);
        ContentOrigin.Mark(content, ContentOrigin.Of("", null, provider));
        return content;
    }
}
