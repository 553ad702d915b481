using System.Collections.Immutable;
using LlmRouting.HandOff;
using LlmRouting.Models;

namespace LlmRouting.Pipeline;

/// <summary>Finds the model that a conversation goes on with, and the endpoint that keeps it.</summary>
internal static class ConversationKeeper
{
    /// <summary>Finds the model, and pins the request to its endpoint.</summary>
    /// <param name="request">The request.</param>
    /// <param name="issuers">Who issued the id that it carries: one of each provider that did, at least one.</param>
    /// <param name="named">The model that the request names; null when it names none.</param>
    /// <param name="candidates">The models that may serve it.</param>
    /// <param name="models">All models.</param>
    /// <returns>The model that the request names, if it is at the same provider; else the issuer; else another one of that provider's.</returns>
    /// <exception cref="RoutingException">
    /// The request names a model of another provider, or the provider is gone, or several providers issued the id and the request does not say which.
    /// </exception>
    /// <exception cref="NoCandidateException">The model may not serve the request.</exception>
    public static RoutableModel Find(RoutingRequest request, ImmutableArray<Issuer> issuers, RoutableModel? named, CandidateSet candidates, ModelSnapshot models)
    {
        Issuer issuer = Choose(issuers, named);
        if (named is not null)
        {
            return TryPin(request, issuer, named) ? OrExcluded(named) : throw new RoutingException(
                $"The request names model '{named.Id}', but the conversation that it carries on is kept by the provider of model {NamesOf(issuers)}. "
                + "Leave the model out, or send the messages without ConversationId and ContinuationToken.");
        }

        // Only the very model: one that took over the name has another window, another price, and perhaps another provider.
        if (models.Find(issuer.ModelId) is { } model && string.Equals(model.Id, issuer.ModelId, StringComparison.OrdinalIgnoreCase) && TryPin(request, issuer, model))
        {
            return OrExcluded(model);
        }

        foreach (RoutableModel candidate in candidates.Models)
        {
            if (TryPin(request, issuer, candidate))
            {
                return candidate;
            }
        }

        throw new RoutingException(
            $"The conversation that the request carries on was kept by the provider of model '{issuer.ModelId}', through which no model serves it any more. "
            + "Send the messages without ConversationId and ContinuationToken.");

        RoutableModel OrExcluded(RoutableModel chosen) =>
            candidates.Find(chosen.Id) is null ? throw new NoCandidateException(Router.Exclusions(request.Trace, chosen.Id)) : chosen;
    }

    // Never a guess: the other provider would refuse the request, or carry on another conversation with it.
    private static Issuer Choose(ImmutableArray<Issuer> issuers, RoutableModel? named)
    {
        ImmutableArray<Issuer> meant = issuers.Length == 1 || named is null ? issuers : [.. issuers.Where(issuer => FindKeeper(issuer, named) is not null)];
        return meant.Length switch
        {
            0 or 1 => meant.FirstOrDefault(issuers[0]),
            _ when named is null => throw new RoutingException(
                $"The id of the conversation that the request carries on was issued by several providers, those of the models {NamesOf(issuers)}. "
                + "Name the model that the conversation began with, or send the messages without ConversationId and ContinuationToken."),
            _ => throw new RoutingException(
                $"The id of the conversation that the request carries on was issued by several providers, all of which serve model '{named.Id}'. "
                + "Send the messages without ConversationId and ContinuationToken, or make models of their own of its endpoints."),
        };
    }

    private static string NamesOf(ImmutableArray<Issuer> issuers) => string.Join(" and ", issuers.Select(static issuer => $"'{issuer.ModelId}'"));

    private static bool TryPin(RoutingRequest request, Issuer issuer, RoutableModel model)
    {
        ModelEndpoint? keeper = FindKeeper(issuer, model);
        request.PinnedEndpoint = keeper?.Name ?? request.PinnedEndpoint;
        return keeper is not null;
    }

    private static ModelEndpoint? FindKeeper(Issuer issuer, RoutableModel model)
    {
        ModelEndpoint? pinned = null;
        foreach (ModelEndpoint endpoint in model.Endpoints)
        {
            if (!ContentOrigin.IsSameProvider(endpoint.OriginFor(model.Id), issuer.Origin))
            {
                continue;
            }

            if (endpoint.Name == issuer.Endpoint && string.Equals(model.Id, issuer.ModelId, StringComparison.OrdinalIgnoreCase))
            {
                return endpoint;
            }

            pinned ??= endpoint;
        }

        return pinned;
    }
}
