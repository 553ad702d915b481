namespace LlmRouting.HandOff;

/// <summary>Excludes models at providers that do not keep the files which the request refers to.</summary>
/// <remarks>Hard. A file that does not say where it is kept excludes nothing; the walk then stays with the provider that is asked first.</remarks>
internal sealed class HostedContentConstraint : IRoutingConstraint, ISelectiveConstraint
{
    public string Name => "hosted-content";

    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        foreach (ModelEndpoint endpoint in candidate.Model.Endpoints)
        {
            // What stands behind another router is that router's business.
            if (endpoint.IsRouter || HostedContent.IsKeptBy(request, endpoint.OriginFor(candidate.Model.Id), assumed: null))
            {
                return null;
            }
        }

        return "a file of the request is kept by another provider";
    }

    bool ISelectiveConstraint.CanReject(RoutingRequest request) => (request.Features.States & ProviderStates.Hosted) != 0;
}
