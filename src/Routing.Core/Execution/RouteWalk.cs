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
    private readonly RouteServices _services;
    private readonly long _started;
    private readonly TimeSpan _totalTimeout;
    private readonly WalkBudget _budget;
    private EndpointCursor _cursor;
    private int? _windowExceeded;
    private volatile bool _stopped;
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

    /// <summary>Makes the options of an attempt.</summary>
    public ChatOptions? OptionsFor(in RouteTarget target, WalkBudget? nested) => AttemptOptions.Create(Request.Options, target.Endpoint, nested);

    /// <summary>Takes one more call of the same target from the budget, for a repair, and enters its endpoint.</summary>
    public bool TryRepeat(in RouteTarget target, out RouteTarget again)
    {
        again = new(target.Model, target.Endpoint) { IsHedge = target.IsHedge };
        return TimeLeft > TimeSpan.Zero && CostBarrier(target.Model) is null && TryStart(ref again, isLastResort: false, out _, out _);
    }

    private bool IsKeptElsewhere(in RouteTarget target) =>
        (Request.Features.States & ProviderStates.Hosted) != 0 && !target.Endpoint.IsRouter && !HostedContent.IsKeptBy(Request, target.Origin, _firstOrigin);

    private bool TryAdvance(out RouteTarget target)
    {
        lock (_attempts)
        {
            return _cursor.TryAdvance(this, out target);
        }
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
        if (_retry?.Target.Model.Id == model.Id)
        {
            _retry = null;
        }
    }
}
