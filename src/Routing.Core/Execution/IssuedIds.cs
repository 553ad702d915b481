using LlmRouting.HandOff;
using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Remembers which provider issued the ids of a conversation, since nobody else knows them.</summary>
internal static class IssuedIds
{
    /// <summary>Takes note of the ids of an answer.</summary>
    /// <param name="issuers">Who remembers; null means nobody.</param>
    /// <param name="target">Who answered.</param>
    /// <param name="response">The answer.</param>
    public static void Note(IssuerMap? issuers, in RouteTarget target, ChatResponse response)
    {
        if (response.ConversationId is { } id)
        {
            issuers?.Remember(id, ToIssuer(target));
        }

        if (response.ContinuationToken is { } token)
        {
            issuers?.Remember(token, ToIssuer(target), previous: null);
        }
    }

    /// <summary>Takes note of the ids of an update.</summary>
    /// <param name="issuers">Who remembers; null means nobody.</param>
    /// <param name="target">Who answers.</param>
    /// <param name="update">The update.</param>
    /// <param name="conversationId">The conversation's id of the updates before; becomes that of this one.</param>
    /// <param name="token">The token of the update before, which this one's replaces; becomes this one's.</param>
    public static void Note(IssuerMap? issuers, in RouteTarget target, ChatResponseUpdate update, ref string? conversationId, ref ResponseContinuationToken? token)
    {
        if (update.ConversationId is { } id && id != conversationId)
        {
            conversationId = id;
            issuers?.Remember(id, ToIssuer(target));
        }

        if (update.ContinuationToken is { } next)
        {
            issuers?.Remember(next, ToIssuer(target), previous: token);
            token = next;
        }
    }

    private static Issuer ToIssuer(in RouteTarget target) => new(target.Model.Id, target.Endpoint.Name, target.Origin);
}
