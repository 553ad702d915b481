using Microsoft.Extensions.AI;

namespace LlmRouting.Providers;

/// <summary>Names a content that a wire format has no words for.</summary>
internal static class UnsupportedContent
{
    public static string Describe(AIContent content, ChatRole role)
    {
        string? mediaType = content switch
        {
            DataContent data => data.MediaType,
            UriContent uri => uri.MediaType,
            _ => null,
        };
        return $"Content of type '{content.GetType().Name}'{(mediaType is null ? "" : $" ({mediaType})")} cannot be sent in a message of role '{role.Value}'.";
    }
}
