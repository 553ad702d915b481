using System.Collections.Immutable;

namespace LlmRouting;

/// <summary>Is thrown when no registered model may serve a request.</summary>
public sealed class NoCandidateException : RoutingException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="exclusions">Why each model was excluded.</param>
    public NoCandidateException(ImmutableArray<DecisionStep> exclusions)
        : base(Describe(exclusions)) => Exclusions = exclusions;

    /// <summary>Gets why each model was excluded.</summary>
    /// <value>Empty when no model is registered at all.</value>
    public ImmutableArray<DecisionStep> Exclusions { get; }

    private static string Describe(ImmutableArray<DecisionStep> exclusions) =>
        exclusions.IsDefaultOrEmpty
            ? "No model is in service: register one under 'Models', or check that those registered have not all retired."
            : "No model can serve this request: "
                + string.Join("; ", exclusions.Select(static step => $"'{step.Target}' ({step.Source}: {step.Reason})"))
                + ". Register a model that fits, or relax the request or its policy.";
}
