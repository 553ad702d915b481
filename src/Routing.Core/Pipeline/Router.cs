using System.Collections.Immutable;
using LlmRouting.Budgets;
using LlmRouting.HandOff;
using LlmRouting.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Pipeline;

/// <summary>Decides which model serves a request: constraints filter, then strategies are asked in order.</summary>
/// <remarks>Thread-safe. Deciding calls no model, unless the host configured a classifier or strategy that does.</remarks>
public sealed partial class Router
{
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private volatile RoutingPlan _plan;

    internal Router(ModelRegistry registry, RoutingPlan plan, TimeProvider timeProvider, ILogger logger)
    {
        Registry = registry;
        _plan = plan;
        _timeProvider = timeProvider;
        _logger = logger;
        Issuers = new IssuerMap(timeProvider);
    }

    /// <summary>Gets the models that the router chooses from.</summary>
    public ModelRegistry Registry { get; }

    internal RoutingPlan Plan => _plan;

    /// <summary>Gets who remembers the issuers of conversations; reloads leave it as it is.</summary>
    internal IssuerMap Issuers { get; }

    /// <summary>Decides without calling the model: a dry run.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="options">The options, with hints if any; null means none.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The decision that a request with these messages and options would get now.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="messages"/> is null.</exception>
    /// <exception cref="ArgumentException">There are no messages, or one of them is null.</exception>
    /// <exception cref="NoCandidateException">No model may serve the request.</exception>
    /// <exception cref="BudgetExceededException">A budget has no room for the request.</exception>
    /// <exception cref="RoutingException">The request names an unknown model or policy.</exception>
    public ValueTask<RoutingDecision> DecideAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        RoutingPlan plan = _plan;
        ModelSnapshot models = Registry.Current;
        long started = _timeProvider.GetTimestamp();
        return DecideAsync(CreateRequest(MessageSnapshot.Take(messages, options), options, plan, isStreaming: false), models, plan, started, cancellationToken);
    }

    internal void Update(RoutingPlan plan) => _plan = plan;

    internal static RoutingRequest CreateRequest(IReadOnlyList<ChatMessage> messages, ChatOptions? options, RoutingPlan plan, bool isStreaming, DecisionTrace? trace = null)
    {
        string? policyId = RoutingHints.From(options).Policy;
        RoutingPolicy? policy = null;
        if (policyId is not null && !plan.Policies.TryGetValue(policyId, out policy))
        {
            throw new RoutingException(
                $"The request names policy '{policyId}', which is not configured; configured: {ListOrNone(plan.Policies.Keys)}. Add it under 'Policies'.");
        }

        return new RoutingRequest(messages, options, plan.Features.Extract(messages, options), plan.Classifier, policy, isStreaming, trace ?? new DecisionTrace());
    }

    internal async ValueTask<RoutingDecision> DecideAsync(
        RoutingRequest request,
        ModelSnapshot models,
        RoutingPlan plan,
        long started,
        CancellationToken cancellationToken)
    {
        RoutableModel? named = FindNamed(request, models);
        CandidateSet candidates = CandidateFilter.Apply(request, models, plan, _logger);
        if (candidates.Count == 0)
        {
            throw Refuse(request, models, plan, model: null);
        }

        if (FindKeeper(request, named, candidates, models) is { } keeper)
        {
            request.Trace.NoteKeeper(keeper.Id);
            return Decide(request, models, plan, candidates, "conversation", StrategyVerdict.Prefer(keeper.Id, 1, "keeps the conversation that the request carries on"), started)
                ?? throw new InvalidOperationException("A candidate was not ranked.");
        }

        if (named is not null)
        {
            return candidates.Find(named.Id) is null
                ? throw Refuse(request, models, plan, named.Id)
                : Decide(request, models, plan, candidates, "request", StrategyVerdict.Prefer(named.Id, 1, "the request names it"), started)
                    ?? throw new InvalidOperationException("A candidate was not ranked.");
        }

        (IRoutingStrategy Strategy, StrategyVerdict Verdict)? best = null;
        foreach (IRoutingStrategy strategy in plan.Strategies)
        {
            StrategyVerdict verdict;
            try
            {
                ValueTask<StrategyVerdict> pending = strategy is ITrustedStep
                    ? strategy.EvaluateAsync(request, candidates, cancellationToken)
                    : AskAsync(strategy, request, candidates, plan.StrategyTimeout, cancellationToken);

                // Most answer at once; awaiting would copy the verdict several times more.
                verdict = pending.IsCompletedSuccessfully ? pending.Result : await pending.ConfigureAwait(false);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                string reason = exception is TimeoutException ? "ran past its deadline" : "threw an exception";
                Log.StrategyFailed(_logger, strategy.Name, reason, exception.GetType().Name);
                verdict = StrategyVerdict.Abstain(reason);
            }

            request.Trace.NoteVerdict(strategy.Name, verdict, request.KnownClassification is not null);
            if (verdict.Kind == StrategyVerdictKind.Abstain)
            {
                request.Trace.Add(new(DecisionStepKind.Abstained, strategy.Name, null, verdict.Reason));
                continue;
            }

            string target = verdict.Target ?? verdict.Ranking[0];
            request.Trace.Add(new(DecisionStepKind.Preferred, strategy.Name, target, verdict.Reason, verdict.Confidence));
            if (verdict.Confidence >= plan.MinConfidence)
            {
                if (Decide(request, models, plan, candidates, strategy.Name, verdict, started) is { } decision)
                {
                    return decision;
                }
            }
            else if (best is null || verdict.Confidence > best.Value.Verdict.Confidence)
            {
                if (Ranking.IsPossible(models, candidates, verdict, plan.Tiers))
                {
                    best = (strategy, verdict);
                }
                else
                {
                    PassOver(request, strategy.Name, verdict);
                }
            }
        }

        return (best is { } unsure ? Decide(request, models, plan, candidates, unsure.Strategy.Name, unsure.Verdict, started) : null)
            ?? DecideByDefault(request, models, plan, candidates, started);
    }

    private RoutableModel? FindKeeper(RoutingRequest request, RoutableModel? named, CandidateSet candidates, ModelSnapshot models)
    {
        if (request.Trace.KnownKeeper is { } known)
        {
            return candidates.Find(known)?.Model ?? throw new NoCandidateException(Exclusions(request.Trace, known));
        }

        bool isKept = request.Options is { ConversationId: not null } or { ContinuationToken: not null };
        return isKept && Issuers.Find(request.Options) is { IsEmpty: false } issuers ? ConversationKeeper.Find(request, issuers, named, candidates, models) : null;
    }

    private async ValueTask<StrategyVerdict> AskAsync(
        IRoutingStrategy strategy,
        RoutingRequest request,
        CandidateSet candidates,
        TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ValueTask<StrategyVerdict> pending = strategy.EvaluateAsync(request, candidates, source.Token);
        return pending.IsCompletedSuccessfully
            ? pending.Result
            : await SeamCall.WaitAsync(pending, source, timeout, _timeProvider).ConfigureAwait(false);
    }

    private RoutingDecision DecideByDefault(RoutingRequest request, ModelSnapshot models, RoutingPlan plan, CandidateSet candidates, long started)
    {
        if (plan.DefaultModel is { } name
            && candidates.Resolve(name) is { } configured
            && Decide(request, models, plan, candidates, "default", StrategyVerdict.Prefer(configured.Id, 0, "no strategy had an opinion"), started) is { } decision)
        {
            return decision;
        }

        RoutableModel best = candidates[0].Model;
        foreach (RoutableModel model in candidates.Models)
        {
            if (model.Profile.Quality > best.Profile.Quality)
            {
                best = model;
            }
        }

        return Decide(request, models, plan, candidates, "default", StrategyVerdict.Prefer(best.Id, 0, "no strategy had an opinion, so the most capable model"), started)
            ?? throw new InvalidOperationException("A candidate was not ranked.");
    }

    private RoutingDecision? Decide(
        RoutingRequest request,
        ModelSnapshot models,
        RoutingPlan plan,
        CandidateSet candidates,
        string decidedBy,
        in StrategyVerdict verdict,
        long started)
    {
        ImmutableArray<string> ranking = Ranking.Create(models, candidates, verdict, plan.Tiers, request.KnownClassification?.Category, out RoutableModel? winner);
        if (winner is null)
        {
            PassOver(request, decidedBy, verdict);
            return null;
        }

        if (winner.Profile.DeprecatedOn is not null && winner.Profile.IsDeprecated(request.Trace.AsOf ?? _timeProvider.GetUtcNow()))
        {
            request.Trace.Add(new(DecisionStepKind.Warning, "registry", winner.Id, "the model is deprecated"));
        }

        return new RoutingDecision
        {
            Ranking = ranking,
            DecidedBy = decidedBy,
            Confidence = verdict.Confidence,
            Reason = verdict.Reason,
            Steps = request.Trace.ToImmutable(),
            Features = request.Features,
            Classification = request.KnownClassification,
            Elapsed = _timeProvider.GetElapsedTime(started),
            AcceptFromScores = verdict.Steps.IsDefault ? [] : ScoresOf(verdict.Steps, candidates),
            MaxCostUsd = verdict.MaxCostUsd,
        };
    }

    private static void PassOver(RoutingRequest request, string strategy, in StrategyVerdict verdict) =>
        request.Trace.Add(new(DecisionStepKind.Warning, strategy, verdict.Target ?? verdict.Ranking[0], "names no candidate, so its opinion was passed over"));

    // A ranking takes a verdict's candidates in the verdict's order, so the scores of just these stand beside its first models.
    private static ImmutableArray<double> ScoresOf(ImmutableArray<CascadeStep> steps, CandidateSet candidates) =>
        [.. steps.Where(step => candidates.Resolve(step.Model) is not null).DistinctBy(static step => step.Model, StringComparer.OrdinalIgnoreCase).Select(static step => step.AcceptFromScore)];

    private static RoutableModel? FindNamed(RoutingRequest request, ModelSnapshot models)
    {
        string? name = request.Hints.Model ?? request.Options?.ModelId;
        if (string.IsNullOrEmpty(name) || name.Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        RoutableModel model = models.Find(name) ?? throw new RoutingException(
            $"The request names model '{name}', which is not in service; in service: {ListOrNone(models.Models.Select(static model => model.Id))}. "
            + "Leave the model out, or name it 'auto', to let the router choose.");
        if (models.All.FirstOrDefault(other => string.Equals(other.Id, name, StringComparison.OrdinalIgnoreCase)) is { } asked && !ReferenceEquals(asked, model))
        {
            request.Trace.Add(new(DecisionStepKind.Warning, "registry", asked.Id, "the model has retired, and its replacement serves"));
        }

        return model;
    }

    // When a budget alone stands between the request and a model that fits, the caller is told so, by a type of its own.
    private static RoutingException Refuse(RoutingRequest request, ModelSnapshot models, RoutingPlan plan, string? model)
    {
        ImmutableArray<DecisionStep> exclusions = Exclusions(request.Trace, model);
        BudgetRefusal? cheapest = null;
        foreach (DecisionStep step in exclusions)
        {
            if (step.Source == BudgetConstraint.ConstraintName
                && plan.Budgets is { } budgets
                && step.Target is { } target
                && models.Find(target) is { } refused
                && budgets.ExplainRefusal(request, new Candidate(refused, request.Features)) is { } refusal
                && (cheapest?.CostUsd is null || refusal.CostUsd < cheapest.CostUsd))
            {
                cheapest = refusal;
            }
        }

        return cheapest?.ToException(outcome: null) ?? (RoutingException)new NoCandidateException(exclusions);
    }

    internal static ImmutableArray<DecisionStep> Exclusions(DecisionTrace trace, string? model)
    {
        ImmutableArray<DecisionStep>.Builder exclusions = ImmutableArray.CreateBuilder<DecisionStep>();
        foreach (DecisionStep step in trace.AsSpan())
        {
            if (step.Kind == DecisionStepKind.Excluded && (model is null || step.Target == model))
            {
                exclusions.Add(step);
            }
        }

        return exclusions.ToImmutable();
    }

    private static string ListOrNone(IEnumerable<string> names)
    {
        string list = string.Join(", ", names.Order(StringComparer.OrdinalIgnoreCase));
        return list.Length == 0 ? "none" : list;
    }

    private static partial class Log
    {
        // The exception's type is enough to find the cause; its message might quote the request.
        [LoggerMessage(EventIds.StrategyFailed, LogLevel.Warning, "Strategy '{Strategy}' {Reason} ({Exception}); it has abstained")]
        public static partial void StrategyFailed(ILogger logger, string strategy, string reason, string exception);
    }
}
