using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Is one attempt's stream: held back until it is committed, watched until it ends.</summary>
/// <remarks>One reader. Once committed it is the only stream that the caller will see.</remarks>
internal sealed class RoutedStream(
    AttemptReporter reporter,
    RouteWalk walk,
    RouteTarget target,
    TimeProvider timeProvider,
    HedgeLeg? leg,
    CancellationToken callerToken) : IAsyncDisposable
{
    // Role-only, metadata-only and empty updates come before the first content, seldom more than one or two.
    private readonly List<ChatResponseUpdate> _held = new(2);
    private AttemptRecorder _attempt = new(target, walk.Request.Features, timeProvider);
    private readonly AttemptLimits _limits = walk.Settings.LimitsFor(target.Model.Profile.Tier);
    private StreamGuard? _guard;
    private WalkBudget? _nestedBudget;
    private ChatFinishReason? _finishReason;
    private string? _responseId;
    private RoutingOutcome? _nested;
    private FailureKind? _forCaller;
    private TimeSpan? _answeredIn;
    private string? _conversationId;
    private ResponseContinuationToken? _continuationToken;
    private bool _isReasoningMarked;
    private TimeSpan _heldWait;
    private TimeSpan _rateSince;
    private long _rateLength;
    private string? _limitReached;
    private bool _isSettled;
    private bool _isCommitted;
    private bool _isClosed;

    /// <summary>Gets the attempt as measured so far.</summary>
    public AttemptRecorder Attempt => _attempt;

    /// <summary>Gets the updates that came before the commit, in order.</summary>
    public List<ChatResponseUpdate> Held => _held;

    /// <summary>Gets what a router behind this one did, whose costs are this attempt's.</summary>
    /// <remarks>What it said in its stream or, once its stream is closed, what it reported all the same.</remarks>
    public RoutingOutcome? Nested => _nested ?? _nestedBudget?.Outcome;

    /// <summary>Gets whether the whole answer is held, and waits for the validators.</summary>
    public bool IsBuffered { get; private set; }

    /// <summary>Gets what to tell the model whose stream a watching validator stopped, so that it tries once more.</summary>
    /// <value>null when no validator stopped it, or the one that did wants the next model.</value>
    public string? StopInstruction { get; private set; }

    /// <summary>Gets or sets the model's own text, where a clean form takes its place.</summary>
    public string? RawText { get; set; }

    /// <summary>Gets the live stream behind the held updates.</summary>
    public StreamGuard Guard => _guard!; // not null once opened

    /// <summary>Reads up to the first meaningful content or, for validators, to the end.</summary>
    /// <param name="messages">What is sent.</param>
    /// <param name="readToEnd">Whether validators wait for the whole answer.</param>
    /// <param name="inspector">Who watches it meanwhile; null means nobody.</param>
    /// <returns>False when the attempt failed without an exception; it is recorded then.</returns>
    public async ValueTask<bool> OpenAsync(IReadOnlyList<ChatMessage> messages, bool readToEnd, StreamInspector? inspector)
    {
        _nestedBudget = walk.BudgetFor(target);
        _guard = new StreamGuard(target.Endpoint, walk.MessagesFor(target, messages), walk.OptionsFor(target, _nestedBudget), timeProvider, leg?.Token ?? callerToken);
        if (_limits.Stream is { } bound)
        {
            _guard.SetBound(bound - walk.Elapsed);
        }

        while (true)
        {
            LimitWait();
            if (!await _guard.MoveNextAsync().ConfigureAwait(false))
            {
                return FinishHeld(readToEnd);
            }

            ChatResponseUpdate update = _guard.Current;
            _held.Add(update);
            if (Observe(update) is { } failure)
            {
                return Reject(failure, _limitReached ?? "an error in the stream");
            }

            if (!IsAnswering && _held.Count > walk.Settings.Hold.MaxUpdates)
            {
                return Reject(FailureKind.MalformedResponse, "the stream brought too many updates without content (Hold:MaxUpdates)");
            }

            if (Failure is null && inspector?.Add(update) is { } finding)
            {
                return RejectEarly(finding.Validator, finding.Reason);
            }

            if (IsAnswering && (!readToEnd || OutgrowsHold()))
            {
                if (readToEnd && walk.Settings.Hold.OnLimit == HeldLimitPolicy.Reject)
                {
                    return RejectEarly(validator: null, "it outgrew what may be held back for the validators");
                }

                _attempt.Validation = readToEnd ? ValidationResult.Unvalidated : ValidationResult.None;
                _attempt.HeldFor = readToEnd ? HeldTime : null;
                _guard.SetLimit(_limits.Idle, LimitException.Idle);
                _answeredIn = _attempt.Elapsed;
                _heldWait = _guard.Waited;
                return true;
            }
        }
    }

    /// <summary>Takes note of an update that is about to be delivered.</summary>
    /// <returns>The failure that the update brings; null when it is to be delivered.</returns>
    public FailureKind? Observe(ChatResponseUpdate? update)
    {
        if (update is null)
        {
            return FailureKind.MalformedResponse;
        }

        _responseId ??= update.ResponseId;
        if (update.AdditionalProperties is not null && RateLimitState.From(update.AdditionalProperties) is { } rates)
        {
            target.Endpoint.Observe(rates, timeProvider);
        }

        _attempt.AnsweredBy = update.ModelId ?? _attempt.AnsweredBy;
        _finishReason = update.FinishReason ?? _finishReason;
        if (update.AdditionalProperties is not null)
        {
            ObserveProperties(update);
        }

        if (update.ConversationId is not null || update.ContinuationToken is not null)
        {
            IssuedIds.Note(walk.Issuers, target, update, ref _conversationId, ref _continuationToken);
        }

        IList<AIContent> contents = update.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent text:
                    _isReasoningMarked = false;
                    NoteAnswer(text.Text.Length, isMeaningful: text.Text.Length > 0);
                    break;

                case UsageContent usage:
                    _attempt.AddUsage(usage.Details);
                    break;

                case ErrorContent error:
                    FailureKind kind = ContentInspector.KindOf(error);
                    if (!ContentInspector.IsForCaller(kind, walk.Settings))
                    {
                        return kind;
                    }

                    _forCaller ??= kind;
                    NoteAnswer(0, isMeaningful: true);
                    break;

                case FunctionCallContent call:
                    ToolCallOwner.Mark(call, target.Model.Id, target.Mark);
                    NoteAnswer(0, isMeaningful: true);
                    break;

                case TextReasoningContent reasoning:
                    MarkReasoning(reasoning);
                    NoteAnswer(reasoning.Text.Length, ContentInspector.IsMeaningful(reasoning));
                    break;

                case HostedFileContent or HostedVectorStoreContent when target.Mark is { } origin:
                    ContentOrigin.Mark(contents[i], origin);
                    NoteAnswer(0, isMeaningful: true);
                    break;

                case AIContent other:
                    NoteAnswer(0, ContentInspector.IsMeaningful(other));
                    break;
            }
        }

        return _limits.MinCharactersPerSecond > 0 && IsTooSlow() ? FailureKind.Timeout : null;
    }

    /// <summary>Settles a stream that came to its end after it was committed.</summary>
    /// <returns>The error to throw; null when the stream is whole.</returns>
    public Exception? Finish() =>
        _finishReason is null
            ? Break(FailureKind.TruncatedStream, new ProviderException(
                FailureKind.TruncatedStream,
                $"The stream of model '{target.Model.Id}' ended without a finish reason: it is cut off, or its client never sends one."))
            : Settle(AttemptResult.Succeeded);

    /// <summary>Settles a stream that broke after it was committed.</summary>
    /// <returns>The error to throw; null when the policy is to end the stream.</returns>
    public Exception? Break(FailureKind kind, Exception? exception)
    {
        exception ??= _limitReached is { } limit
            ? new LimitException(limit)
            : new ProviderException(kind, $"The stream of model '{target.Model.Id}' brought an error.");
        _isSettled = true;
        reporter.RecordFailure(walk, _attempt, exception, AttemptResult.Truncated, Nested, leg: null, callerToken);
        Outcome = walk.ToOutcome();
        reporter.Publisher.Publish(Outcome, walk.Request);
        if (callerToken.IsCancellationRequested)
        {
            return new OperationCanceledException(callerToken);
        }

        return walk.Settings.OnTruncatedStream == TruncationPolicy.End
            ? null
            : new RouteFailedException(
                $"The stream of model '{target.Model.Id}' broke after a part of its answer was delivered ({Outcome.Attempts[^1].Failure}). "
                    + "Set Execution:OnTruncatedStream to 'End' to have such streams end without an error.",
                Outcome.Attempts[^1].Failure ?? kind,
                exception) { Outcome = Outcome };
    }

    /// <summary>Gets what became of the request, once the stream is settled.</summary>
    public RoutingOutcome? Outcome { get; private set; }

    /// <summary>Makes the update that carries the outcome.</summary>
    public ChatResponseUpdate LastUpdate() =>
        ResponseWriter.LastUpdate(Outcome!, target, _attempt.AnsweredBy, _responseId, RawText); // not null: the stream is settled

    /// <summary>Takes note of what the validators made of the held answer.</summary>
    public AttemptRecorder Judge(ValidationResult result, string? validator)
    {
        _attempt.Validation = result;
        _attempt.Validator = validator;
        _attempt.HeldFor = HeldTime;
        return _attempt;
    }

    /// <summary>Joins the held updates into an answer for the validators.</summary>
    public ChatResponse ToResponse() => _held.ToChatResponse();

    /// <summary>Hands the stream over to the caller.</summary>
    public RoutedStream Commit()
    {
        _isCommitted = true;
        return this;
    }

    /// <summary>Closes the stream; a caller who has not read a committed one to its end has given up on it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        if (_guard is null)
        {
            target.Endpoint.Exit();
        }
        else
        {
            await _guard.DisposeAsync().ConfigureAwait(false);
        }

        if (_isCommitted)
        {
            leg?.Dispose();
        }

        if (_isCommitted && !_isSettled)
        {
            _isSettled = true;
            walk.Record(_attempt.Write(AttemptResult.Cancelled, FailureKind.CallerCancelled, "the caller stopped reading", nested: Nested), target);
            Outcome = walk.ToOutcome();
            reporter.Publisher.Publish(Outcome, walk.Request);
        }
    }

    // What a caller gets to see although it is no answer; validators have no say in it.
    private FailureKind? Failure => ContentInspector.FinishFailure(_finishReason) ?? _forCaller;

    private bool IsAnswering => _attempt.TimeToFirstToken is not null;

    private Exception? Settle(AttemptResult result)
    {
        _isSettled = true;
        TimeSpan waited = (_answeredIn ?? _attempt.Elapsed) + (IsBuffered ? TimeSpan.Zero : Guard.Waited - _heldWait);
        target.Endpoint.RecordLatency(waited, _attempt.TimeToFirstToken ?? waited, timeProvider);
        walk.Record(_attempt.Write(result, Failure, nested: _nested), target);
        Outcome = walk.ToOutcome();
        reporter.Publisher.Publish(Outcome, walk.Request);
        return null;
    }

    private bool FinishHeld(bool readToEnd)
    {
        FailureKind? filtered = ContentInspector.FinishFailure(_finishReason);
        if (filtered is { } kind && !ContentInspector.IsForCaller(kind, walk.Settings))
        {
            return Reject(kind, "the finish reason");
        }

        if (_finishReason is null)
        {
            return Reject(FailureKind.TruncatedStream, "the stream ended without a finish reason");
        }

        if (!IsAnswering && filtered is null)
        {
            return Reject(FailureKind.EmptyResponse, "the stream brought no content");
        }

        IsBuffered = readToEnd && Failure is null;
        _answeredIn = _attempt.Elapsed;
        return true;
    }

    // Only the text counts: it is what grows without bound, and measuring other content would cost more than it tells.
    private bool OutgrowsHold()
    {
        HoldSettings hold = walk.Settings.Hold;
        return hold.OnLimit != HeldLimitPolicy.KeepWaiting
            && (_held.Count > hold.MaxUpdates || _attempt.AnswerLength > hold.MaxCharacters || HeldTime > hold.MaxTime);
    }

    private TimeSpan? HeldTime => _attempt.Elapsed - _attempt.TimeToFirstToken;

    private bool RejectEarly(IStreamingResponseValidator? validator, string reason)
    {
        AttemptRecorder attempt = Judge(ValidationResult.Rejected, validator?.Name);
        attempt.IsCutOff = true;
        StopInstruction = validator?.RepairsStoppedStreams == true
            ? $"Your answer was stopped before its end, because it cannot become good any more: {reason}. Answer again from the start, and mend that."
            : null;
        walk.Record(attempt.Write(AttemptResult.Rejected, FailureKind.SchemaInvalid, reason, nested: _nested), target);
        return false;
    }

    private bool Reject(FailureKind kind, string reason)
    {
        walk.Record(_attempt.Write(AttemptResult.Failed, kind, reason, nested: _nested), target);
        return false;
    }

    private void ObserveProperties(ChatResponseUpdate update)
    {
        if (target.Endpoint.IsRouter)
        {
            _nested = update.GetRoutingOutcome() ?? _nested;
        }

        if (update.GetUnsentOptions() is { Length: > 0 } unsent)
        {
            _attempt.UnsentOptions = unsent;
            reporter.WarnOfUnsent(target, unsent);
        }
    }

    // Joining the updates of a stream keeps what the first piece of a run of reasoning says, and the signature comes with the last one.
    private void MarkReasoning(TextReasoningContent reasoning)
    {
        if ((!_isReasoningMarked || reasoning.ProtectedData is not null) && target.Mark is { } origin)
        {
            ContentOrigin.Mark(reasoning, origin);
            _isReasoningMarked = reasoning.ProtectedData is null;
        }
    }

    private void NoteAnswer(int length, bool isMeaningful)
    {
        _attempt.AnswerLength += length;
        if (isMeaningful && _attempt.TimeToFirstToken is null)
        {
            _attempt.TimeToFirstToken = _attempt.Elapsed;
        }
    }

    // Counted over time that was waited, so that a slow reader makes no stream slow.
    private bool IsTooSlow()
    {
        if (!IsAnswering || _guard!.Waited - _rateSince is var time && time < walk.Settings.RateWindow) // not null: an update came from it
        {
            return false;
        }

        bool isTooSlow = _rateSince > TimeSpan.Zero && _attempt.AnswerLength - _rateLength < _limits.MinCharactersPerSecond * time.TotalSeconds;
        _rateSince = _guard.Waited;
        _rateLength = _attempt.AnswerLength;
        _limitReached = isTooSlow ? LimitException.Rate : null;
        return isTooSlow;
    }

    // The shortest of those that apply now; the record names it.
    private void LimitWait()
    {
        TimeSpan elapsed = _attempt.Elapsed;
        (TimeSpan left, string reason) = IsAnswering
            ? (_limits.Idle, LimitException.Idle)
            : (_limits.FirstToken - elapsed, LimitException.FirstToken);
        if (_held.Count == 0 && _limits.Open - elapsed is { } open && open < left)
        {
            (left, reason) = (open, LimitException.Open);
        }

        TimeSpan total = walk.TimeLeft;
        if (total < left)
        {
            (left, reason) = (total, LimitException.Total);
        }

        // The guard looks at the time only when it has to wait, which it does not for updates that are there already.
        if (left <= TimeSpan.Zero && _held.Count > 0)
        {
            throw new LimitException(reason);
        }

        _guard!.SetLimit(left, reason); // not null: the caller made it
    }
}
