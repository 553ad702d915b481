using System.Collections.Immutable;
using LlmRouting.Budgets;
using LlmRouting.HandOff;
using LlmRouting.Models;
using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Is one request's walk over its ranking: where to go next, what has happened, what is left of the budget.</summary>
/// <remarks>Belongs to one request; streaming and not share it, so they cannot differ in what they do after a failure.</remarks>
internal sealed class RouteWalk
{
    private readonly ModelRegistry _registry;
    private ModelSnapshot _models;
    private readonly TimeProvider _timeProvider;
    private readonly long _started;
    private readonly WalkBudget _budget;
    private readonly ImmutableArray<RoutingAttempt>.Builder _attempts = ImmutableArray.CreateBuilder<RoutingAttempt>(1);
    private int _modelIndex = -1;
    private int _endpointIndex;
    private int _endpointEnd;
    private string? _firstOrigin;
    private RoutableModel? _model;
    private int? _windowExceeded;
    private bool _stopped;
    private decimal _spentUsd;
    private BudgetReservation? _reservation;
    private CostCertainty _certainty;

    public RouteWalk(
        string id,
        RoutingRequest request,
        RoutingDecision decision,
        ModelRegistry registry,
        ModelSnapshot models,
        ExecutionSettings settings,
        TimeProvider timeProvider,
        long started,
        BudgetSession? spending = null)
    {
        Id = id;
        Request = request;
        Decision = decision;
        Settings = settings;
        _registry = registry;
        _models = models;
        _timeProvider = timeProvider;
        _started = started;
        Spending = spending;
        _budget = AttemptOptions.FindBudget(request.Options) ?? new WalkBudget(settings.MaxAttempts);
    }

    /// <summary>Gets the name of the model that savings are measured against.</summary>
    /// <value>null means the strongest.</value>
    public string? ReferenceModel { get; init; }

    public string Id { get; }

    public RoutingRequest Request { get; }

    public RoutingDecision Decision { get; }

    public ExecutionSettings Settings { get; }

    /// <summary>Gets what the request has to do with the budgets.</summary>
    /// <value>null when nothing limits spending.</value>
    public BudgetSession? Spending { get; }

    public FailureLog Failures => field ??= new();

    /// <summary>Gets what is left of the time for an answer.</summary>
    public TimeSpan TimeLeft => Settings.TotalTimeout - _timeProvider.GetElapsedTime(_started);

    /// <summary>Finds where the next attempt goes, and takes its call from the budget.</summary>
    /// <returns>False when the ranking or the budget is exhausted, or a failure ended the walk. The endpoint is entered: whoever gets the
    /// target leaves it.</returns>
    public bool TryNext(out RouteTarget target)
    {
        while (!_stopped && TryAdvance(out target))
        {
            // Until something was tried, deciding is all that took time, and that was measured already.
            if ((_attempts.Count == 0 ? Settings.TotalTimeout - Decision.Elapsed : TimeLeft) <= TimeSpan.Zero)
            {
                Skip(target, FailureKind.Timeout, "the request's time is used up");
                _stopped = true;
            }
            else if (IsKeptElsewhere(target))
            {
                Skip(target, failure: null, "a file of the request is kept by another provider");
            }
            else if (CostBarrier(target.Model) is { } barrier)
            {
                Skip(target, failure: null, barrier);
                LeaveModel();
            }
            else if (!target.Endpoint.TryEnter())
            {
                FollowReload(target);
            }
            else if (target.Endpoint.IsRouter ? _budget.CallsLeft <= 0 : !_budget.TryTakeCall())
            {
                target.Endpoint.Exit();
                _stopped = true;
            }
            else
            {
                if (Request.Features.States != ProviderStates.None)
                {
                    _firstOrigin ??= target.Origin;
                }

                return true;
            }
        }

        target = default;
        return false;
    }

    /// <summary>Gets or sets who remembers the issuers of conversations; null means nobody.</summary>
    public IssuerMap? Issuers { get; init; }

    /// <summary>Gets what is sent to a target: the messages themselves, unless something in them is of another provider's making.</summary>
    public IReadOnlyList<ChatMessage> MessagesFor(in RouteTarget target, IReadOnlyList<ChatMessage> messages) =>
        (Request.Features.States & (ProviderStates.Reasoning | ProviderStates.ToolCalls)) == 0 || target.Endpoint.IsRouter
            ? messages
            : ProviderHandOff.Prepare(messages, target.Origin, _firstOrigin ?? target.Origin);

    /// <summary>Remembers who issued the ids of an answer.</summary>
    public void NoteIssued(in RouteTarget target, ChatResponse response)
    {
        if (response.ConversationId is { } id)
        {
            Issuers?.Remember(id, ToIssuer(target));
        }

        if (response.ContinuationToken is { } token)
        {
            Issuers?.Remember(token, ToIssuer(target), previous: null);
        }
    }

    /// <summary>Remembers who issued the ids of an update.</summary>
    /// <param name="target">Who.</param>
    /// <param name="update">The update.</param>
    /// <param name="conversationId">The conversation's id of the updates before; becomes that of this one.</param>
    /// <param name="token">The token of the update before, which this one's replaces; becomes this one's.</param>
    public void NoteIssued(in RouteTarget target, ChatResponseUpdate update, ref string? conversationId, ref ResponseContinuationToken? token)
    {
        if (update.ConversationId is { } id && id != conversationId)
        {
            conversationId = id;
            Issuers?.Remember(id, ToIssuer(target));
        }

        if (update.ContinuationToken is { } next)
        {
            Issuers?.Remember(next, ToIssuer(target), previous: token);
            token = next;
        }
    }

    /// <summary>Makes the options of an attempt.</summary>
    public ChatOptions? OptionsFor(in RouteTarget target) => AttemptOptions.Create(Request.Options, target.Endpoint, _budget);

    /// <summary>Sets aside, on every budget, what the next call of an entered target may cost.</summary>
    /// <returns>False when a budget has no room: the target is skipped, left, and its call given back.</returns>
    public async ValueTask<bool> TryReserveAsync(RouteTarget target, CancellationToken cancellationToken)
    {
        if (Spending is not { } spending)
        {
            return true;
        }

        try
        {
            _reservation = await spending.TryReserveAsync(target.Model.Profile, target.Endpoint.Settings?.Provider, _spentUsd, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller's token: whoever walks looks at it next.
            _reservation = null;
        }

        if (_reservation is not null)
        {
            return true;
        }

        target.Endpoint.Exit();
        if (!target.Endpoint.IsRouter)
        {
            _budget.GiveBackCall();
        }

        if (!cancellationToken.IsCancellationRequested)
        {
            Skip(target, FailureKind.BudgetExceeded, spending.Refusal!.Reason); // not null: a reservation that is refused says why
            LeaveModel();
        }

        return false;
    }

    /// <summary>Takes one more call of the same target from the budget, for a repair, and enters its endpoint.</summary>
    public bool TryRepeat(in RouteTarget target)
    {
        if (TimeLeft <= TimeSpan.Zero || CostBarrier(target.Model) is not null || !target.Endpoint.TryEnter())
        {
            return false;
        }

        if (target.Endpoint.IsRouter ? _budget.CallsLeft > 0 : _budget.TryTakeCall())
        {
            return true;
        }

        target.Endpoint.Exit();
        return false;
    }

    /// <summary>Records an attempt, and draws the consequence of its failure for the rest of the walk.</summary>
    public void Record(RoutingAttempt attempt, in RouteTarget target, Exception? exception = null)
    {
        _attempts.Add(attempt);
        _spentUsd += attempt.CostUsd;
        _reservation?.Settle(attempt.CostUsd);
        _reservation = null;
        if (attempt.Certainty > _certainty)
        {
            _certainty = attempt.Certainty;
        }

        if (attempt.Result is AttemptResult.Succeeded)
        {
            return;
        }

        Failures.Add(attempt, exception);
        switch (attempt.Failure)
        {
            case FailureKind.CallerCancelled or FailureKind.InvalidRequest:
            case FailureKind.ContentFiltered when !Settings.FailoverOnContentFilter:
            case FailureKind.Refusal when !Settings.FailoverOnRefusal:
                _stopped = true;
                break;

            case FailureKind.ContextLengthExceeded:
                _windowExceeded = Math.Max(_windowExceeded ?? 0, target.Model.Profile.ContextTokens ?? 0);
                LeaveModel();
                break;

            // The same model elsewhere would say the same.
            case FailureKind.ContentFiltered or FailureKind.Refusal or FailureKind.SchemaInvalid:
                LeaveModel();
                break;
        }

        if (attempt.Result == AttemptResult.Rejected)
        {
            LeaveModel();
        }
    }

    /// <summary>Sums up what has happened so far.</summary>
    public RoutingOutcome ToOutcome()
    {
        decimal? reference = ReferenceCost();
        return new(Id, Decision, _attempts.DrainToImmutable(), _spentUsd, _certainty, _timeProvider.GetElapsedTime(_started)) { ReferenceCostUsd = reference };
    }

    private decimal? ReferenceCost() =>
        _attempts is [.., { Result: AttemptResult.Succeeded or AttemptResult.Truncated, InputTokens: { } input, OutputTokens: { } output }]
            ? (ReferenceModel is null ? _models.Strongest : _models.Find(ReferenceModel))?.Profile.EstimateCostUsd(input, output)
            : null;

    private bool TryAdvance(out RouteTarget target)
    {
        while (_model is null || _endpointIndex >= _endpointEnd)
        {
            if (++_modelIndex >= Decision.Ranking.Length || (_modelIndex > 0 && (IsPinned || !Request.Hints.AllowFallback)))
            {
                target = default;
                return false;
            }

            _model = _models.Find(Decision.Ranking[_modelIndex]);
            EnterModel();
            if (_model is not null && _windowExceeded is { } window && _model.Profile.ContextTokens <= window)
            {
                Skip(new(_model, _model.Endpoints[0]), FailureKind.ContextLengthExceeded, "its context window is no larger than the one that was too small");
                LeaveModel();
            }
        }

        target = new(_model, _model.Endpoints[_endpointIndex++]);
        return true;
    }

    // A reload took the endpoint out of service while the request was on its way: the same model is looked up in the models of now.
    private void FollowReload(in RouteTarget target)
    {
        ModelSnapshot now = _registry.Current;
        if (ReferenceEquals(now, _models))
        {
            Skip(target, failure: null, "its endpoint is out of service");
            return;
        }

        _models = now;
        _model = now.Find(target.Model.Id);
        EnterModel();
    }

    // A conversation or a background answer that a provider keeps is known to nobody else: another would refuse it, or take it for its own.
    private bool IsPinned => Request.Options is { ConversationId: not null } or { ContinuationToken: not null };

    private bool IsKeptElsewhere(in RouteTarget target) =>
        (Request.Features.States & ProviderStates.Hosted) != 0 && !target.Endpoint.IsRouter && !HostedContent.IsKeptBy(Request, target.Origin, _firstOrigin);

    private static Issuer ToIssuer(in RouteTarget target) => new(target.Model.Id, target.Endpoint.Name, target.Origin);

    private void EnterModel()
    {
        _endpointIndex = _model is null ? int.MaxValue : 0;
        _endpointEnd = _model is null ? 0 : IsPinned ? 1 : _model.Endpoints.Length;
        if (_model is not null && Request.PinnedEndpoint is { } name)
        {
            for (int i = 0; i < _model.Endpoints.Length; i++)
            {
                if (_model.Endpoints[i].Name == name)
                {
                    _endpointIndex = i;
                    _endpointEnd = i + 1;
                }
            }
        }
    }

    private void LeaveModel() => _endpointIndex = int.MaxValue;

    private decimal? CostLimit =>
        Request.MaxCostUsd is not { } limit ? Decision.MaxCostUsd : Decision.MaxCostUsd < limit ? Decision.MaxCostUsd : limit;

    private string? CostBarrier(RoutableModel model) =>
        // The first call was admitted by the cost constraint; later ones must fit beside what is spent already.
        CostLimit is { } limit && _spentUsd > 0 && _spentUsd + (new Candidate(model, Request.Features).EstimatedCostUsd ?? 0) > limit
            ? "would exceed the request's cost limit"
            : null;

    private void Skip(in RouteTarget target, FailureKind? failure, string reason) =>
        Record(
            new RoutingAttempt
            {
                ModelId = target.Model.Id,
                Endpoint = target.Endpoint.Name,
                Result = AttemptResult.Skipped,
                Failure = failure,
                Reason = reason,
            },
            target);
}
