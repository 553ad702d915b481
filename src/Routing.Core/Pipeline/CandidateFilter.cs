using LlmRouting.Models;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Pipeline;

/// <summary>Applies the constraints.</summary>
internal static partial class CandidateFilter
{
    /// <summary>Finds the models that may serve a request; each exclusion becomes a step of its trace.</summary>
    public static CandidateSet Apply(RoutingRequest request, ModelSnapshot snapshot, RoutingPlan plan, ILogger logger)
    {
        IModelLookup lookup = request.Trace.Freeze(snapshot);
        RoutableModel[] models = snapshot.ModelArray;
        int count = models.Length;
        foreach (IRoutingConstraint constraint in plan.Constraints)
        {
            if (constraint is ISelectiveConstraint selective && !selective.CanReject(request))
            {
                continue;
            }

            int steps = request.Trace.Count;
            int kept = Filter(request, constraint, models, count, lookup, logger, out RoutableModel[]? survivors);
            if (constraint.IsSoft && request.Trace.Count > steps)
            {
                request.Trace.NoteSoft(constraint.Name);
            }

            if (survivors is null)
            {
                continue;
            }

            if (kept == 0 && constraint.IsSoft)
            {
                request.Trace.Truncate(steps);
                request.Trace.Add(new(DecisionStepKind.ConstraintIgnored, constraint.Name, null, "it would leave no model"));
                continue;
            }

            models = survivors;
            count = kept;
        }

        return new CandidateSet(models, count, request.Features, lookup);
    }

    private static int Filter(
        RoutingRequest request,
        IRoutingConstraint constraint,
        RoutableModel[] models,
        int count,
        IModelLookup lookup,
        ILogger logger,
        out RoutableModel[]? survivors)
    {
        // Most constraints keep every model: nothing is copied until one is excluded.
        survivors = null;
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            RoutableModel model = models[i];
            if (Ask(request, constraint, new Candidate(model, request.Features) { Models = lookup }, logger) is { } reason)
            {
                request.Trace.Add(new(DecisionStepKind.Excluded, constraint.Name, model.Id, reason));
                if (survivors is null)
                {
                    survivors = new RoutableModel[count];
                    Array.Copy(models, survivors, i);
                }
            }
            else
            {
                if (survivors is not null)
                {
                    survivors[kept] = model;
                }

                kept++;
            }
        }

        return kept;
    }

    private static string? Ask(RoutingRequest request, IRoutingConstraint constraint, in Candidate candidate, ILogger logger)
    {
        try
        {
            return constraint.Reject(request, candidate);
        }
        catch (Exception exception)
        {
            request.Trace.Add(new(DecisionStepKind.Warning, constraint.Name, candidate.Profile.Id, "threw an exception and excluded nothing"));
            Log.ConstraintFailed(logger, constraint.Name, exception.GetType().Name);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ConstraintFailed, LogLevel.Warning, "Constraint '{Constraint}' threw {Exception}; it excluded nothing")]
        public static partial void ConstraintFailed(ILogger logger, string constraint, string exception);
    }
}
