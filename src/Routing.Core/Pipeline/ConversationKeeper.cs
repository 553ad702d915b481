using LlmRouting.HandOff;
using LlmRouting.Models;

namespace LlmRouting.Pipeline;

/// <summary>Finds the model that a conversation goes on with, and the endpoint that keeps it.</summary>
internal static class ConversationKeeper
{
    /// <summary>Finds the model, and pins the request to its endpoint.</summary>
    /// <param name="request">The request.</param>
    /// <param name="issuer">Who issued the id that it carries.</param>
    /// <param name="named">The model that the request names; null when it names none.</param>
    /// <param name="candidates">The models that may serve it.</param>
    /// <param name="models">All models.</param>
    /// <returns>The model that the request names, if it is at the same provider; else the issuer; else another one of that provider's.</returns>
    /// <exception cref="RoutingException">The request names a model of another provider, or the provider is gone.</exception>
    /// <exception cref="NoCandidateException">The model may not serve the request.</exception>
    public static RoutableModel Find(RoutingRequest request, Issuer issuer, RoutableModel? named, CandidateSet candidates, ModelSnapshot models)
    {
        if (named is not null)
        {
            if (!TryPin(request, issuer, named))
            {
                throw new RoutingException(
                    $"The request names model '{named.Id}', but the conversation that it carries on is kept by the provider of model '{issuer.ModelId}'. "
                    + "Leave the model out, or send the messages without ConversationId and ContinuationToken.");
            }

            return OrExcluded(named);
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

    private static bool TryPin(RoutingRequest request, Issuer issuer, RoutableModel model)
    {
        ModelEndpoint? pinned = null;
        foreach (ModelEndpoint endpoint in model.Endpoints)
        {
            string origin = endpoint.OriginFor(model.Id);
            if (!ContentOrigin.IsSameService(origin, issuer.Origin) || !ContentOrigin.IsSameAccount(origin, issuer.Origin))
            {
                continue;
            }

            bool isIssuer = endpoint.Name == issuer.Endpoint && string.Equals(model.Id, issuer.ModelId, StringComparison.OrdinalIgnoreCase);
            if (isIssuer || pinned is null)
            {
                pinned = endpoint;
            }

            if (isIssuer)
            {
                break;
            }
        }

        request.PinnedEndpoint = pinned?.Name ?? request.PinnedEndpoint;
        return pinned is not null;
    }
}
