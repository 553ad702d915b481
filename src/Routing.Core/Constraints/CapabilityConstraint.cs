using System.Collections.Frozen;

namespace LlmRouting.Constraints;

/// <summary>Keeps the models that can do what the request needs: tools, JSON, vision, audio, documents, reasoning, streaming.</summary>
public sealed class CapabilityConstraint : IRoutingConstraint, ISelectiveConstraint
{
    // One text per set of missing capabilities, made once, so that excluding a model allocates nothing.
    private static readonly FrozenDictionary<ModelCapabilities, string> Reasons =
        Enumerable.Range(1, 127).ToFrozenDictionary(static bits => (ModelCapabilities)bits, static bits => $"lacks {Complete((ModelCapabilities)bits)}");

    /// <inheritdoc/>
    public string Name => "capability";

    /// <inheritdoc/>
    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(request);
        ModelCapabilities missing = request.Features.RequiredCapabilities & ~candidate.Profile.Capabilities;
        return missing != ModelCapabilities.None ? Reasons[missing]
            : request.IsStreaming && !candidate.Profile.SupportsStreaming ? "cannot stream"
            : null;
    }

    bool ISelectiveConstraint.CanReject(RoutingRequest request) => request.Features.RequiredCapabilities != ModelCapabilities.None || request.IsStreaming;

    // A model that writes JSON but follows no schema lacks one bit of JsonSchema, and that bit alone has no name.
    private static ModelCapabilities Complete(ModelCapabilities missing) =>
        (missing & ModelCapabilities.JsonSchema & ~ModelCapabilities.Json) != 0 ? missing | ModelCapabilities.JsonSchema : missing;
}
