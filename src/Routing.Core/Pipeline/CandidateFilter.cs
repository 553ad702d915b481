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
        int from = 0;
        for (int at; (at = FindExcluded(request, constraint, models, from, count, lookup, logger, out string reason)) < count; from = at + 1)
        {
            request.Trace.Add(new(DecisionStepKind.Excluded, constraint.Name, models[at].Id, reason));
            survivors ??= new RoutableModel[count];
            Array.Copy(models, from, survivors, kept, at - from);
            kept += at - from;
        }

        if (survivors is not null)
        {
            Array.Copy(models, from, survivors, kept, count - from);
        }

        return kept + count - from;
    }

    /// <summary>Finds the next model that a constraint excludes; <paramref name="count"/> when it keeps all the others.</summary>
    private static int FindExcluded(
        RoutingRequest request,
        IRoutingConstraint constraint,
        RoutableModel[] models,
        int from,
        int count,
        IModelLookup lookup,
        ILogger logger,
        out string reason)
    {
        for (int i = from; ; i++)
        {
            try
            {
                // Inside, so that the region is entered once and not for each model.
                for (; i < count; i++)
                {
                    if (constraint.Reject(request, new Candidate(models[i], request.Features) { Models = lookup }) is { } rejection)
                    {
                        reason = rejection;
                        return i;
                    }
                }

                reason = string.Empty;
                return count;
            }
            catch (Exception exception)
            {
                request.Trace.Add(new(DecisionStepKind.Warning, constraint.Name, models[i].Id, "threw an exception and excluded nothing"));
                Log.ConstraintFailed(logger, constraint.Name, exception.GetType().Name);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ConstraintFailed, LogLevel.Warning, "Constraint '{Constraint}' threw {Exception}; it excluded nothing")]
        public static partial void ConstraintFailed(ILogger logger, string constraint, string exception);
    }
}
