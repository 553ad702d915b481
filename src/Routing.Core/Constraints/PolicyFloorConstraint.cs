namespace LlmRouting.Constraints;

/// <summary>Keeps the models that reach the floors of the request's policy: quality, tier, tags.</summary>
/// <param name="tiers">The order of the tiers.</param>
public sealed class PolicyFloorConstraint(TierLadder tiers) : IRoutingConstraint, ISelectiveConstraint
{
    /// <inheritdoc/>
    public string Name => "policy";

    /// <inheritdoc/>
    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Policy is not { } policy)
        {
            return null;
        }

        if (candidate.Profile.Quality < policy.MinQuality)
        {
            return "its quality is below the policy's floor";
        }

        if (policy.MinTier is not null && tiers.IndexOf(candidate.Profile.Tier) < tiers.IndexOf(policy.MinTier))
        {
            return "its tier is below the policy's floor";
        }

        foreach (string tag in policy.RequiredTags)
        {
            if (!candidate.Profile.Tags.Contains(tag))
            {
                return "lacks a tag that the policy requires";
            }
        }

        return null;
    }

    bool ISelectiveConstraint.CanReject(RoutingRequest request) => request.Policy is not null;
}
