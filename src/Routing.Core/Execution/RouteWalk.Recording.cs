using System.Collections.Immutable;

namespace LlmRouting.Execution;

// What has happened: the record of the attempts, what they cost, and what follows from a failure.
internal sealed partial class RouteWalk
{
    // Also what guards everything that attempts side by side may change.
    private readonly ImmutableArray<RoutingAttempt>.Builder _attempts = ImmutableArray.CreateBuilder<RoutingAttempt>(1);
    private decimal _spentUsd;
    private CostCertainty _certainty;

    public FailureLog Failures => field ??= new();

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
