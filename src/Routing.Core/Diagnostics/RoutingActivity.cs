using System.Diagnostics;

namespace LlmRouting.Diagnostics;

/// <summary>Traces requests and their attempts.</summary>
/// <remarks>
/// A request is one span, each attempt a span below it, and what the provider's client traces (HTTP, generative AI) stands below the attempt.
/// Nothing is made while nobody listens. A span that a sampler leaves out may still be made, since it hands its identity on; it gets no tags.
/// </remarks>
internal static class RoutingActivity
{
    internal const string Route = "llm.routing.route";
    internal const string Attempt = "llm.routing.attempt";

    private static readonly ActivitySource Source = new(RoutingDiagnostics.ActivitySourceName, typeof(RoutingActivity).Assembly.GetName().Version?.ToString(3));

    /// <summary>Starts the span of a request.</summary>
    public static Activity? StartRoute(bool isStreaming)
    {
        Activity? activity = Source.StartActivity(Route, ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(MetricNames.Streaming, isStreaming);
        }

        return activity;
    }

    /// <summary>Starts the span of an attempt.</summary>
    public static Activity? StartAttempt(string model, string endpoint)
    {
        Activity? activity = Source.StartActivity(Attempt, ActivityKind.Internal);
        if (activity is { IsAllDataRequested: true })
        {
            activity.SetTag(MetricNames.Model, model);
            activity.SetTag(MetricNames.Endpoint, endpoint);
        }

        return activity;
    }

    /// <summary>Writes what became of a request onto its span.</summary>
    public static void SetOutcome(Activity? activity, RoutingOutcome? outcome)
    {
        if (activity is not { IsAllDataRequested: true } || outcome is null)
        {
            return;
        }

        string result = RoutingMetrics.ResultOf(outcome);
        activity.SetTag("llm.routing.id", outcome.Id);
        activity.SetTag(MetricNames.Result, result);
        activity.SetTag(MetricNames.DecidedBy, outcome.Decision.DecidedBy);
        activity.SetTag("llm.routing.confidence", outcome.Decision.Confidence);
        activity.SetTag("llm.routing.reason", outcome.Decision.Reason);
        activity.SetTag("llm.routing.decision", outcome.Decision.ModelId);
        activity.SetTag("llm.routing.decision.ms", outcome.Decision.Elapsed.TotalMilliseconds);
        activity.SetTag("llm.routing.attempts", outcome.Attempts.Length);
        activity.SetTag("llm.routing.cost_usd", (double)outcome.CostUsd);
        activity.SetTag(MetricNames.Certainty, EnumNames.Of(outcome.Certainty));
        if (outcome.ModelId is { } model)
        {
            activity.SetTag(MetricNames.Model, model);
        }

        if (outcome.SavedUsd is { } saved)
        {
            activity.SetTag("llm.routing.saved_usd", (double)saved);
        }

        if (outcome.Decision.Classification is { } classification)
        {
            activity.SetTag("llm.routing.complexity", classification.Complexity);
        }

        if (result is "failed" or "truncated")
        {
            activity.SetStatus(ActivityStatusCode.Error, result);
        }
    }

    /// <summary>Writes the error that ended a request onto its span.</summary>
    /// <returns>False, so that it can stand in an exception filter.</returns>
    public static bool SetError(Activity? activity, Exception exception)
    {
        if (activity is { IsAllDataRequested: true })
        {
            SetOutcome(activity, (exception as RoutingException)?.Outcome);

            // The type alone: a message may hold what a provider said, and that may hold what the user said.
            activity.SetTag("error.type", exception.GetType().FullName);
            if (exception is not OperationCanceledException)
            {
                activity.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            }
        }

        return false;
    }

    /// <summary>Ends the span of an attempt.</summary>
    public static void StopAttempt(Activity? activity, RoutingAttempt attempt)
    {
        if (activity is { IsAllDataRequested: true })
        {
            SetAttempt(activity, attempt);
        }

        activity?.Stop();
    }

    private static void SetAttempt(Activity activity, RoutingAttempt attempt)
    {
        activity.SetTag(MetricNames.Result, EnumNames.Of(attempt.Result));
        activity.SetTag("llm.routing.cost_usd", (double)attempt.CostUsd);
        activity.SetTag(MetricNames.Certainty, EnumNames.Of(attempt.Certainty));
        if (attempt.Failure is { } failure)
        {
            activity.SetTag(MetricNames.Failure, EnumNames.Of(failure));
        }

        if (attempt.TimeToFirstToken is { } first)
        {
            activity.SetTag("llm.routing.time_to_first_token.ms", first.TotalMilliseconds);
        }

        if (attempt.Result is AttemptResult.Failed or AttemptResult.Truncated)
        {
            activity.SetStatus(ActivityStatusCode.Error, attempt.Failure is { } kind ? EnumNames.Of(kind) : null);
        }
    }
}
