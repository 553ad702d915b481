using System.Collections.Immutable;
using LlmRouting.Classifiers;
using LlmRouting.Constraints;
using LlmRouting.DecisionLog;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Replay;

/// <summary>Decides logged requests again, with the models and strategies of a configuration, by the router's own code.</summary>
/// <remarks>
/// Not thread-safe. What can be told from a record is decided anew: models, prices, floors, limits, tiers, rules without texts, thresholds.
/// What cannot is taken from the record: the answers of classifiers, the verdicts of strategies that look at texts or at the host's own facts, and
/// what budgets and other constraints outside the record excluded.
/// </remarks>
internal sealed class DecisionReplay
{
    private static readonly ImmutableArray<string> BuiltInStrategies = ["affinity", "rules", "cascade", "tiers", "cost-latency", "load"];

    private readonly RoutingPipeline _pipeline;
    private readonly RoutingPlan _plan;
    private readonly Router _router;
    private readonly ImmutableArray<RoutableModel> _models;
    private readonly bool _mayInsert;
    private ModelSnapshot? _snapshot;
    private DateTimeOffset _snapshotAt;

    /// <summary>Creates a replay.</summary>
    /// <param name="pipeline">The configuration, with its models; no client of theirs is called.</param>
    /// <param name="insertsUnlisted">Whether recorded strategies and classifiers of the host's own, which the configuration does not name, are asked where
    /// the router asks them when no list says otherwise: before the built-in ones.</param>
    public DecisionReplay(RoutingPipeline pipeline, bool insertsUnlisted = false)
    {
        _pipeline = pipeline;
        _plan = pipeline.BuildPlan();
        _models = [.. pipeline.Models];
        _router = new Router(new ModelRegistry(_models), _plan, TimeProvider.System, NullLogger.Instance);
        _mayInsert = insertsUnlisted;
    }

    /// <summary>Gets how many records each strategy's and classifier's word was taken for.</summary>
    public SortedDictionary<string, int> TakenFromRecords { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Decides a record again.</summary>
    public async ValueTask<ReplayedDecision> DecideAsync(LoggedDecision logged)
    {
        if (logged.Inputs is not { } inputs || logged.Features is null)
        {
            return new(ReplayKind.Unreplayable, null, "the record does not say what the decision was made from");
        }

        if (inputs.Policy is not null && !_plan.Policies.ContainsKey(inputs.Policy))
        {
            return new(ReplayKind.Unreplayable, null, $"policy '{inputs.Policy}' is not configured");
        }

        ReplayTrace trace = new(logged, inputs);
        RoutingRequest request = CreateRequest(logged, inputs, trace);
        RoutingPlan plan = PlanFor(logged, inputs);
        ModelSnapshot models = SnapshotAt(logged.At);
        RoutingDecision? decision;
        try
        {
            decision = await _router.DecideAsync(request, models, plan, started: 0, CancellationToken.None).ConfigureAwait(false);
        }
        catch (NoCandidateException)
        {
            decision = null;
        }
        catch (RoutingException exception)
        {
            return new(ReplayKind.Unreplayable, null, exception.Message);
        }

        if (trace.Missing is { } missing)
        {
            return new(ReplayKind.Unreplayable, decision, missing);
        }

        string? difference = FindDifference(logged, decision, trace);
        return new(difference is null ? ReplayKind.Same : ReplayKind.Different, decision, difference);
    }

    private RoutingRequest CreateRequest(LoggedDecision logged, LoggedInputs inputs, ReplayTrace trace)
    {
        foreach (DecisionStep step in logged.Steps)
        {
            // How long a request waited for its turn was settled before anything was decided.
            if (step.Kind == DecisionStepKind.Queued)
            {
                trace.Add(step);
            }
        }

        ChatOptions options = new ChatOptions().WithRouting(hints =>
        {
            hints.Model = inputs.Asked;
            hints.Policy = inputs.Policy;
            hints.UserTier = inputs.UserTier;
            hints.Priority = inputs.Priority;
            hints.MaxLatency = inputs.MaxLatency;
            hints.MaxCostUsd = inputs.MaxCostUsd;
        });
        return new RoutingRequest([], options, logged.Features, ClassifierFor(inputs), inputs.Policy is null ? null : _plan.Policies[inputs.Policy], inputs.IsStreaming, trace);
    }

    private ClassifierChain ClassifierFor(LoggedInputs inputs)
    {
        List<string> names = [.. (_pipeline.Classifiers ?? [new HeuristicClassifier()]).Select(static classifier => classifier.Name)];
        if (_mayInsert)
        {
            names.InsertRange(0, inputs.Answers.Select(static answer => answer.Classifier).Where(name => !names.Contains(name, StringComparer.OrdinalIgnoreCase)));
        }

        return new ClassifierChain(
            [.. names.Select(name => new RecordedClassifier(name, Find(inputs.Answers, answer => Same(answer.Classifier, name))))],
            _plan.MinConfidence,
            _plan.StrategyTimeout);
    }

    private RoutingPlan PlanFor(LoggedDecision logged, LoggedInputs inputs)
    {
        List<IRoutingStrategy> strategies = [.. _plan.Strategies.Select(strategy => IsDecidedAnew(strategy) ? strategy : Recorded(strategy.Name))];
        if (_mayInsert)
        {
            int at = strategies.FindIndex(static strategy => Same(strategy.Name, "affinity")) + 1;
            strategies.InsertRange(at, inputs.Verdicts
                .Select(static verdict => verdict.Strategy)
                .Where(name => !BuiltInStrategies.Contains(name, StringComparer.OrdinalIgnoreCase) && !strategies.Exists(strategy => Same(strategy.Name, name)))
                .Select(Recorded)
                .ToArray());
        }

        return _plan with { Strategies = [.. strategies], Constraints = ConstraintsFor(logged, inputs), Budgets = null, Admission = null };

        IRoutingStrategy Recorded(string name) => new RecordedStrategy(name, Find(inputs.Verdicts, verdict => Same(verdict.Strategy, name)));
    }

    private ImmutableArray<IRoutingConstraint> ConstraintsFor(LoggedDecision logged, LoggedInputs inputs)
    {
        List<IRoutingConstraint> constraints = [.. _plan.Constraints.Where(IsDecidedAnew)];
        HashSet<string> known = [.. constraints.Select(static constraint => constraint.Name)];
        HashSet<string> models = new(inputs.Latencies.Keys, StringComparer.OrdinalIgnoreCase);

        // In the order in which they spoke. Strategies and classifiers leave other kinds of steps, so nothing else is taken for a constraint.
        foreach (DecisionStep step in logged.Steps)
        {
            bool isConstraint = step.Kind is DecisionStepKind.Excluded or DecisionStepKind.ConstraintIgnored
                || (step.Kind == DecisionStepKind.Warning && step.Reason == "threw an exception and excluded nothing");
            if (isConstraint && known.Add(step.Source))
            {
                constraints.Add(new RecordedConstraint(step.Source, inputs.Soft.Contains(step.Source), logged.Steps, models));
            }
        }

        return [.. constraints.OrderBy(constraint => constraint.IsSoft)];
    }

    private ModelSnapshot SnapshotAt(DateTimeOffset moment)
    {
        if (_snapshot is null || moment < _snapshotAt || moment >= _snapshot.ValidUntil)
        {
            _snapshot = new ModelSnapshot(_models, moment);
            _snapshotAt = moment;
        }

        return _snapshot;
    }

    private string? FindDifference(LoggedDecision logged, RoutingDecision? decision, ReplayTrace trace)
    {
        Note(logged);
        RoutingDecision? recorded = logged.Decision;
        if (recorded is null || decision is null)
        {
            return recorded is null != (decision is null) ? $"was {recorded?.ToString() ?? "refused"}, is {decision?.ToString() ?? "refused"}"
                : trace.AsSpan().SequenceEqual(logged.Steps.AsSpan()) ? null
                : "was refused, and still is, for other reasons";
        }

        return recorded.ModelId != decision.ModelId ? $"was {recorded}, is {decision}"
            : !recorded.Ranking.SequenceEqual(decision.Ranking) ? $"the ranking was {string.Join(", ", recorded.Ranking)}, is {string.Join(", ", decision.Ranking)}"
            : recorded.DecidedBy != decision.DecidedBy || recorded.Reason != decision.Reason || !recorded.Confidence.Equals(decision.Confidence) ? $"was {recorded}, is {decision}"
            : !recorded.AcceptFromScores.SequenceEqual(decision.AcceptFromScores) || recorded.MaxCostUsd != decision.MaxCostUsd ? "another cascade"
            : recorded.Classification != decision.Classification ? "another classification"
            : !recorded.Steps.SequenceEqual(decision.Steps) ? FirstStep(recorded.Steps, decision.Steps)
            : null;
    }

    private void Note(LoggedDecision logged)
    {
        foreach (RecordedAnswer answer in logged.Inputs!.Answers) // not null: the caller looked
        {
            TakenFromRecords[answer.Classifier] = TakenFromRecords.GetValueOrDefault(answer.Classifier) + 1;
        }

        foreach (RecordedVerdict verdict in logged.Inputs.Verdicts)
        {
            if (!_plan.Strategies.Any(strategy => IsDecidedAnew(strategy) && Same(strategy.Name, verdict.Strategy)))
            {
                TakenFromRecords[verdict.Strategy] = TakenFromRecords.GetValueOrDefault(verdict.Strategy) + 1;
            }
        }
    }

    private static string FirstStep(ImmutableArray<DecisionStep> was, ImmutableArray<DecisionStep> now)
    {
        int i = 0;
        while (i < was.Length && i < now.Length && was[i] == now[i])
        {
            i++;
        }

        return $"step {i + 1} was '{(i < was.Length ? was[i].ToString() : "none")}', is '{(i < now.Length ? now[i].ToString() : "none")}'";
    }

    // A tool loop's owner is in its messages, and the load is gone: both are taken from the record.
    private static bool IsDecidedAnew(IRoutingStrategy strategy) => strategy switch
    {
        TiersStrategy or CostLatencyStrategy or CascadeStrategy => true,
        RulesStrategy rules => !rules.ReadsTexts,
        _ => false,
    };

    private static bool IsDecidedAnew(IRoutingConstraint constraint) =>
        constraint is CapabilityConstraint or ContextWindowConstraint or PolicyFloorConstraint or CostConstraint or LatencyConstraint;

    private static bool Same(string left, string right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);

    private static T? Find<T>(ImmutableArray<T> items, Func<T, bool> predicate)
        where T : struct
    {
        foreach (T item in items)
        {
            if (predicate(item))
            {
                return item;
            }
        }

        return null;
    }
}
