using System.Collections.Immutable;
using LlmRouting.Budgets;
using LlmRouting.HandOff;
using LlmRouting.Models;
using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Is one request's walk over its ranking: where to go next, what has happened, what is left of the budget.</summary>
/// <remarks>
/// Belongs to one request; streaming and not share it, so they cannot differ in what they do after a failure. One at a time asks
/// <see cref="Next"/>; attempts may run and be recorded at the same time.
/// </remarks>
internal sealed partial class RouteWalk
{
    // Nobody says when a call that is running will end; often enough to lose little, seldom enough to cost nothing.
    private static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(20);

    private readonly RouteServices _services;
    private readonly long _started;
    private readonly TimeSpan _totalTimeout;
    private readonly WalkBudget _budget;
    private readonly ImmutableArray<RoutingAttempt>.Builder _attempts = ImmutableArray.CreateBuilder<RoutingAttempt>(1);
    private EndpointCursor _cursor;
    private ResortList? _resorts;
    private Resort? _retry;
    private int _retries;
    private int? _windowExceeded;
    private volatile bool _stopped;
    private decimal _spentUsd;
    private CostCertainty _certainty;
    private string? _firstOrigin;

    public RouteWalk(
        string id,
        RoutingRequest request,
        RoutingDecision decision,
        ModelRegistry registry,
        ModelSnapshot models,
        ExecutionSettings settings,
        RouteServices services,
        long started,
        BudgetSession? spending = null)
    {
        Id = id;
        Request = request;
        Decision = decision;
        Settings = settings;
        _cursor = new(registry, models);
        _services = services;
        _started = started;
        Spending = spending;
        _totalTimeout = settings.Tiers.Count == 0 ? settings.TotalTimeout : settings.TotalFor(models.Find(decision.ModelId)?.Profile.Tier);
        _budget = AttemptOptions.FindBudget(request.Options) ?? new WalkBudget(settings.MaxAttempts);
    }

    /// <summary>Gets the name of the model that savings are measured against.</summary>
    /// <value>null means the strongest.</value>
    public string? ReferenceModel { get; init; }

    /// <summary>Gets who remembers the issuers of conversations.</summary>
    /// <value>null means nobody.</value>
    public IssuerMap? Issuers { get; init; }

    public string Id { get; }

    public RoutingRequest Request { get; }

    public RoutingDecision Decision { get; }

    public ExecutionSettings Settings { get; }

    /// <summary>Gets what the request has to do with the budgets.</summary>
    /// <value>null when nothing limits spending.</value>
    public BudgetSession? Spending { get; }

    public FailureLog Failures => field ??= new();

    /// <summary>Gets what is left of the time for an answer.</summary>
    public TimeSpan TimeLeft => _totalTimeout - Elapsed;

    /// <summary>Gets how long the request has taken so far.</summary>
    public TimeSpan Elapsed => _services.TimeProvider.GetElapsedTime(_started);

    /// <summary>Gets whether only the first endpoint may serve the request.</summary>
    /// <remarks>A conversation or a background answer that a provider keeps is known to nobody else: another would refuse it, or take it for its own.</remarks>
    public bool IsPinned => Request.Options is { ConversationId: not null } or { ContinuationToken: not null };

    /// <summary>Finds where the next attempt goes, and takes its call from the budget.</summary>
    /// <param name="target">Where it goes. The endpoint is entered: whoever gets the target leaves it.</param>
    /// <param name="wait">How long to wait before asking again.</param>
    /// <returns>The end when the ranking or the budget is exhausted, or a failure ended the walk.</returns>
    public NextStep Next(out RouteTarget target, out TimeSpan wait)
    {
        if (_retry is not null && NextRetry(out target, out wait) is { } step)
        {
            return step;
        }

        wait = TimeSpan.Zero;
        while (!_stopped && TryAdvance(out target))
        {
            // Until something was tried, deciding is all that took time, and that was measured already.
            if ((_attempts.Count == 0 ? _totalTimeout - Decision.Elapsed : TimeLeft) <= TimeSpan.Zero)
            {
                Skip(target, FailureKind.Timeout, LimitException.Total);
                _stopped = true;
            }
            else if (_windowExceeded is { } window && target.Model.Profile.ContextTokens <= window)
            {
                Skip(target, FailureKind.ContextLengthExceeded, "its context window is no larger than the one that was too small");
                _cursor.LeaveModel();
            }
            else if (IsKeptElsewhere(target))
            {
                Skip(target, failure: null, "a file of the request is kept by another provider");
            }
            else if (CostBarrier(target.Model) is { } barrier)
            {
                Skip(target, failure: null, barrier);
                _cursor.LeaveModel();
            }
            else if (TryStart(ref target, isLastResort: false, out EndpointRefusal refusal, out TimeSpan rateWait))
            {
                return NextStep.Call;
            }
            else if (refusal == EndpointRefusal.Retired)
            {
                FollowReload(target);
            }
            else if (refusal != EndpointRefusal.None)
            {
                PassOver(target, refusal, rateWait);
            }
        }

        return NextResort(out target, out wait);
    }

    /// <summary>Chooses among the endpoints of a model that were not tried yet.</summary>
    public int Choose(RoutableModel model, ulong tried)
    {
        if (Settings.EndpointOrder == EndpointOrder.InOrder)
        {
            return System.Numerics.BitOperations.TrailingZeroCount(~tried);
        }

        string? region = Request.Hints.Region ?? Settings.Region;
        return EndpointBalancer.Pick(
            model.Endpoints, tried, region, Request.IsStreaming, Settings.Health, Monotonic.Now(_services.TimeProvider), _services.Random);
    }

    /// <summary>Makes what a router behind this one counts its calls in, and reports its outcome to.</summary>
    /// <returns>null when the target is none.</returns>
    public WalkBudget? BudgetFor(in RouteTarget target) => target.Endpoint.IsRouter ? new WalkBudget(_budget) : null;

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
    public ChatOptions? OptionsFor(in RouteTarget target, WalkBudget? nested) => AttemptOptions.Create(Request.Options, target.Endpoint, nested);

    /// <summary>Sets aside, on every budget, what the next call of an entered target may cost.</summary>
    /// <returns>The target with its reservation; null when a budget has no room: the target is skipped, left, and its call given back.</returns>
    public ValueTask<RouteTarget?> ReserveAsync(RouteTarget target, CancellationToken cancellationToken) =>
        Spending is null ? new(target) : ReserveAsync(Spending, target, cancellationToken);

    /// <summary>Takes one more call of the same target from the budget, for a repair, and enters its endpoint.</summary>
    public bool TryRepeat(in RouteTarget target, out RouteTarget again)
    {
        again = new(target.Model, target.Endpoint) { IsHedge = target.IsHedge };
        return TimeLeft > TimeSpan.Zero && CostBarrier(target.Model) is null && TryStart(ref again, isLastResort: false, out _, out _);
    }

    /// <summary>Records an attempt, and draws the consequence of its failure for the rest of the walk and for its endpoint.</summary>
    public void Record(RoutingAttempt attempt, in RouteTarget target, Exception? exception = null)
    {
        if (attempt.Result != AttemptResult.Skipped)
        {
            HealthChange change = target.Endpoint.Settle(target.Lease, attempt, IsPinned, Settings.Health, _services.TimeProvider);
            _services.Health.Report(target.Model, target.Endpoint, change);
        }

        target.Reservation?.Settle(attempt.CostUsd);
        lock (_attempts)
        {
            // The answer's attempt is the last one, whatever ends after it.
            bool isLate = attempt.Result == AttemptResult.Cancelled && _attempts is [.., { Result: AttemptResult.Succeeded or AttemptResult.Truncated }];
            _attempts.Insert(isLate ? _attempts.Count - 1 : _attempts.Count, attempt);
            _spentUsd += attempt.CostUsd;
            if (attempt.Certainty > _certainty)
            {
                _certainty = attempt.Certainty;
            }

            // One that is cancelled for no failure came second to another.
            if (attempt.Result is not AttemptResult.Succeeded && attempt is not { Result: AttemptResult.Cancelled, Failure: null })
            {
                Failures.Add(attempt, exception);
                DrawConsequence(attempt, target);
            }
        }
    }

    /// <summary>Sums up what has happened so far; a router in front of this one learns of it.</summary>
    public RoutingOutcome ToOutcome()
    {
        lock (_attempts)
        {
            decimal? reference = ReferenceCost_NeedsLock();
            RoutingOutcome outcome = new(Id, Decision, _attempts.DrainToImmutable(), _spentUsd, _certainty, Elapsed) { ReferenceCostUsd = reference };
            _budget.Report(outcome);
            return outcome;
        }
    }

    private decimal? ReferenceCost_NeedsLock() =>
        _attempts is [.., { Result: AttemptResult.Succeeded or AttemptResult.Truncated, InputTokens: { } input, OutputTokens: { } output }]
            ? (ReferenceModel is null ? _cursor.Models.Strongest : _cursor.Models.Find(ReferenceModel))?.Profile.EstimateCostUsd(input, output)
            : null;

    private async ValueTask<RouteTarget?> ReserveAsync(BudgetSession spending, RouteTarget target, CancellationToken cancellationToken)
    {
        BudgetReservation? reservation = null;
        try
        {
            reservation = await spending.TryReserveAsync(target.Model.Profile, target.Endpoint.Settings?.Provider, SpentUsd, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The caller's token: whoever walks looks at it next.
        }

        if (reservation is not null)
        {
            return target with { Reservation = reservation };
        }

        target.Endpoint.Withdraw(target.Lease, Settings.Health, _services.TimeProvider);
        if (!target.Endpoint.IsRouter)
        {
            _budget.GiveBackCall();
        }

        if (!cancellationToken.IsCancellationRequested)
        {
            Skip(target, FailureKind.BudgetExceeded, spending.Refusal!.Reason); // not null: a reservation that is refused says why
            lock (_attempts)
            {
                LeaveModel(target.Model);
            }
        }

        return null;
    }

    private bool IsKeptElsewhere(in RouteTarget target) =>
        (Request.Features.States & ProviderStates.Hosted) != 0 && !target.Endpoint.IsRouter && !HostedContent.IsKeptBy(Request, target.Origin, _firstOrigin);

    private static Issuer ToIssuer(in RouteTarget target) => new(target.Model.Id, target.Endpoint.Name, target.Origin);

    private bool TryAdvance(out RouteTarget target)
    {
        lock (_attempts)
        {
            return _cursor.TryAdvance(this, out target);
        }
    }

    private void DrawConsequence(RoutingAttempt attempt, in RouteTarget target)
    {
        switch (attempt.Failure)
        {
            case FailureKind.CallerCancelled or FailureKind.InvalidRequest:
            case FailureKind.ContentFiltered when !Settings.FailoverOnContentFilter:
            case FailureKind.Refusal when !Settings.FailoverOnRefusal:
                _stopped = true;
                return;

            case FailureKind.ContextLengthExceeded:
                _windowExceeded = Math.Max(_windowExceeded ?? 0, target.Model.Profile.ContextTokens ?? 0);
                LeaveModel(target.Model);
                return;

            // The same model elsewhere would say the same.
            case FailureKind.ContentFiltered or FailureKind.Refusal or FailureKind.SchemaInvalid:
                LeaveModel(target.Model);
                return;
        }

        if (attempt.Result == AttemptResult.Rejected)
        {
            LeaveModel(target.Model);
        }
        else if (attempt.Result == AttemptResult.Failed)
        {
            PlanRetry(attempt, target);
        }
    }

    private void PlanRetry(RoutingAttempt attempt, in RouteTarget target)
    {
        if (_retries >= (Request.Policy?.MaxRetries ?? Settings.MaxRetries)
            || RetryPlan.Order(attempt.Failure) is not { } isFirst
            || RetryPlan.Delay(Settings, _retries, attempt.RetryAfter, _services.Random) is not { } delay)
        {
            return;
        }

        _retries++;
        Resort retry = new(new(target.Model, target.Endpoint), EndpointRefusal.None, Monotonic.Now(_services.TimeProvider) + delay.Ticks);
        if (isFirst)
        {
            _retry = retry;
        }
        else
        {
            Remember(retry);
        }
    }

    private NextStep? NextRetry(out RouteTarget target, out TimeSpan wait)
    {
        target = _retry!.Target; // not null: the caller looked
        wait = TimeSpan.FromTicks(Math.Max(0, _retry.ReadyAt - Monotonic.Now(_services.TimeProvider)));
        if (!_stopped && wait < TimeLeft && CostBarrier(target.Model) is null)
        {
            if (wait > TimeSpan.Zero)
            {
                return NextStep.Wait;
            }

            if (TryStart(ref target, isLastResort: false, out _, out _))
            {
                _retry = null;
                return NextStep.Call;
            }
        }

        _retry = null;
        return null;
    }

    private NextStep NextResort(out RouteTarget target, out TimeSpan wait)
    {
        target = default;
        wait = TimeSpan.Zero;
        while (!_stopped && _resorts is not null && TimeLeft is var left && left > TimeSpan.Zero && _resorts.Pick(left, out wait) is { } resort)
        {
            if (wait > TimeSpan.Zero)
            {
                return NextStep.Wait;
            }

            target = resort.Target;
            _resorts.Remove(resort);
            if (CostBarrier(target.Model) is not null || IsKeptElsewhere(target) || (_windowExceeded is { } window && target.Model.Profile.ContextTokens <= window))
            {
                continue;
            }

            if (TryStart(ref target, Settings.Health.WhenAllOpen == AllOpenPolicy.TryLeastBad, out EndpointRefusal refusal, out TimeSpan rateWait))
            {
                return NextStep.Call;
            }

            if (refusal is EndpointRefusal.Busy or EndpointRefusal.RateLimited)
            {
                _resorts.Add(new(resort.Target, refusal, Monotonic.Now(_services.TimeProvider) + WaitFor(refusal, rateWait).Ticks));
            }
        }

        return NextStep.End;
    }

    private bool TryStart(ref RouteTarget target, bool isLastResort, out EndpointRefusal refusal, out TimeSpan rateWait)
    {
        refusal = EndpointRefusal.None;
        rateWait = TimeSpan.Zero;
        if (_budget.CallsLeft <= 0)
        {
            _stopped = true;
            return false;
        }

        ModelEndpoint endpoint = target.Endpoint;
        long tokens = Request.Features.EstimatedInputTokens
            + Math.Min(Request.Features.MaxOutputTokens ?? Candidate.AssumedOutputTokens, Candidate.AssumedOutputTokens);
        refusal = endpoint.TryAdmit(Settings.Health, _services.TimeProvider, tokens, isLastResort, out EndpointGrant grant);
        if (refusal != EndpointRefusal.None)
        {
            rateWait = grant.Wait;
            return false;
        }

        _services.Health.Report(target.Model, endpoint, grant.Change);
        if (!endpoint.IsRouter && !_budget.TryTakeCall())
        {
            endpoint.Withdraw(grant.Lease, Settings.Health, _services.TimeProvider);
            _stopped = true;
            return false;
        }

        if (Request.Features.States != ProviderStates.None)
        {
            Interlocked.CompareExchange(ref _firstOrigin, target.Origin, null);
        }

        target = target with { Lease = grant.Lease };
        return true;
    }

    private void PassOver(in RouteTarget target, EndpointRefusal refusal, TimeSpan rateWait)
    {
        (TimeSpan left, HealthVerdict why) = refusal == EndpointRefusal.CircuitOpen ? target.Endpoint.PassedOver(_services.TimeProvider) : (WaitFor(refusal, rateWait), default);
        string reason = (refusal, why) switch
        {
            (EndpointRefusal.Busy, _) => "as many calls as it may have are running (MaxInFlight)",
            (EndpointRefusal.RateLimited, _) => "its rate is used up (RequestsPerMinute, TokensPerMinute, or what the service says)",
            (_, HealthVerdict.Throttled) => "it asked to be left alone",
            (_, HealthVerdict.Misconfigured) => "its key, address or account was refused",
            (_, HealthVerdict.Failure) => "it failed too often",
            _ => "it is coming back, and gets a share of the calls",
        };
        Record(
            new RoutingAttempt
            {
                ModelId = target.Model.Id,
                Endpoint = target.Endpoint.Name,
                Result = AttemptResult.Skipped,
                Failure = refusal == EndpointRefusal.CircuitOpen ? FailureKind.CircuitOpen : FailureKind.RateLimited,
                Reason = reason,
                RetryAfter = left > TimeSpan.Zero && refusal != EndpointRefusal.Busy ? left : null,
            },
            target);
        lock (_attempts)
        {
            Remember(new(new(target.Model, target.Endpoint), refusal, Monotonic.Now(_services.TimeProvider) + (refusal == EndpointRefusal.CircuitOpen ? 0 : left.Ticks)));
        }
    }

    private static TimeSpan WaitFor(EndpointRefusal refusal, TimeSpan rateWait) => refusal == EndpointRefusal.Busy ? BusyPoll : rateWait;

    private void Remember(Resort resort) => (_resorts ??= new(Settings, _services.TimeProvider)).Add(resort);

    // A reload took the endpoint out of service while the request was on its way: the same model is looked up in the models of now.
    private void FollowReload(in RouteTarget target)
    {
        if (!_cursor.TryFollowReload(target.Model.Id))
        {
            Skip(target, failure: null, "its endpoint is out of service");
        }
    }

    private void LeaveModel(RoutableModel model)
    {
        _cursor.LeaveModel(model.Id);
        _cursorVersion++;
        _resorts?.RemoveModel(model.Id);
    }

    private decimal? CostLimit =>
        Request.MaxCostUsd is not { } limit ? Decision.MaxCostUsd : Decision.MaxCostUsd < limit ? Decision.MaxCostUsd : limit;

    private string? CostBarrier(RoutableModel model) =>
        // The first call was admitted by the cost constraint; later ones must fit beside what is spent already.
        CostLimit is { } limit && SpentUsd is > 0 and var spent && spent + Estimate(model) > limit
            ? "would exceed the request's cost limit"
            : null;

    private decimal SpentUsd
    {
        get
        {
            lock (_attempts)
            {
                return _spentUsd;
            }
        }
    }

    private decimal Estimate(RoutableModel model) => new Candidate(model, Request.Features).EstimatedCostUsd ?? 0;

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
