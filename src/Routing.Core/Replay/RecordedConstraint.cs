using System.Collections.Immutable;

namespace LlmRouting.Replay;

/// <summary>Excludes again what a constraint excluded that depends on more than the record: a budget, files, the host's own facts.</summary>
/// <remarks>A model that the record does not know passes.</remarks>
internal sealed class RecordedConstraint(string name, bool isSoft, ImmutableArray<DecisionStep> steps, IReadOnlySet<string> models) : IRoutingConstraint
{
    public string Name => name;

    public bool IsSoft => isSoft;

    public string? Reject(RoutingRequest request, in Candidate candidate)
    {
        foreach (DecisionStep step in steps)
        {
            if (step.Source != name)
            {
                continue;
            }

            if (step.Kind == DecisionStepKind.ConstraintIgnored)
            {
                return models.Contains(candidate.Profile.Id) ? "would leave no model" : null;
            }

            if (step.Target == candidate.Profile.Id)
            {
                switch (step.Kind)
                {
                    case DecisionStepKind.Excluded:
                        return step.Reason;
                    case DecisionStepKind.Warning:
                        throw new InvalidOperationException("The constraint failed when the record was made.");
                }
            }
        }

        return null;
    }
}
