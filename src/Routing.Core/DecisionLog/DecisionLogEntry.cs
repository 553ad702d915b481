namespace LlmRouting.DecisionLog;

/// <summary>Is what a record will be written from, once there is time for it.</summary>
/// <remarks>Holds no messages: a request's memory is not kept alive by the log. The text is there only where features are captured, and only until then.</remarks>
internal readonly struct DecisionLogEntry
{
    /// <summary>Gets what became of the request; null when it was refused.</summary>
    public RoutingOutcome? Outcome { get; init; }

    /// <summary>Gets what the decision was made from; null when nobody recorded it.</summary>
    public DecisionRecorder? Inputs { get; init; }

    public RoutingHints? Hints { get; init; }

    public RequestFeatures? Features { get; init; }

    /// <summary>Gets the model that the caller asked for.</summary>
    public string? Asked { get; init; }

    public bool IsStreaming { get; init; }

    /// <summary>Gets the text that features are to be read off.</summary>
    public string? Text { get; init; }

    /// <summary>Gets the type of the exception that refused the request.</summary>
    public string? Error { get; init; }

    /// <summary>Gets how long it took to refuse the request.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>Gets when the request ended, where no decision says when it began.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Takes from a request what its record needs.</summary>
    /// <param name="request">The request.</param>
    /// <param name="timeProvider">The clock, where no decision says when the request began.</param>
    /// <param name="capturesText">Whether features are to be read off its text.</param>
    public static DecisionLogEntry Of(RoutingRequest request, TimeProvider timeProvider, bool capturesText) => new()
    {
        Inputs = request.Trace as DecisionRecorder,
        Hints = request.Hints,
        Features = request.Features,
        Asked = request.Hints.Model ?? request.Options?.ModelId,
        IsStreaming = request.IsStreaming,
        Text = capturesText ? request.LastUserText : null,
        At = request.Trace.AsOf ?? timeProvider.GetUtcNow(),
    };
}
