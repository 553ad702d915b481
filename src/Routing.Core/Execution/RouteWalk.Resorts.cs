namespace LlmRouting.Execution;

// Where the walk goes back to: retries, and endpoints that it passed over.
internal sealed partial class RouteWalk
{
    // Nobody says when a call that is running will end; often enough to lose little, seldom enough to cost nothing.
    private static readonly TimeSpan BusyPoll = TimeSpan.FromMilliseconds(20);

    private ResortList? _resorts;
    private Resort? _retry;
    private int _retries;

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
        if (isFirst && _retry is null)
        {
            _retry = retry; // one of two that failed side by side; the other one comes when nobody else is left
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

            _retry = null;
            if (TryStart(ref target, isLastResort: false, out EndpointRefusal refusal, out TimeSpan rateWait))
            {
                return NextStep.Call;
            }

            if (refusal is EndpointRefusal.Busy or EndpointRefusal.RateLimited)
            {
                PassOver(target, refusal, rateWait);
                wait = TimeSpan.Zero;
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
}
