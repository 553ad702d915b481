using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Reads off a stream's updates what the router has to know of them, and marks whose they are.</summary>
/// <remarks>A mutable part of its <see cref="RoutedStream"/>. What can be measured goes into the attempt's recorder.</remarks>
internal struct StreamReading
{
    private string? _conversationId;
    private ResponseContinuationToken? _continuationToken;
    private bool _isReasoningMarked;

    /// <summary>Gets why the stream says that it ends.</summary>
    /// <value>null while it does not say.</value>
    public ChatFinishReason? FinishReason { get; private set; }

    public string? ResponseId { get; private set; }

    /// <summary>Gets what a router behind this one says that it did.</summary>
    public RoutingOutcome? Nested { get; private set; }

    /// <summary>Gets the failure that the caller gets to see as if it were an answer.</summary>
    public FailureKind? ForCaller { get; private set; }

    /// <summary>Takes note of an update.</summary>
    /// <returns>The failure that the update brings; null when it is to be delivered.</returns>
    public FailureKind? Observe(ChatResponseUpdate update, ref AttemptRecorder attempt, RouteWalk walk, AttemptReporter reporter)
    {
        ResponseId ??= update.ResponseId;
        attempt.AnsweredBy = update.ModelId ?? attempt.AnsweredBy;
        FinishReason = update.FinishReason ?? FinishReason;
        if (update.AdditionalProperties is not null)
        {
            ObserveProperties(update, ref attempt, reporter);
        }

        if (update.ConversationId is not null || update.ContinuationToken is not null)
        {
            IssuedIds.Note(walk.Issuers, attempt.Target, update, ref _conversationId, ref _continuationToken);
        }

        IList<AIContent> contents = update.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (Observe(contents[i], ref attempt, walk.Settings) is { } failure)
            {
                return failure;
            }
        }

        return null;
    }

    private FailureKind? Observe(AIContent content, ref AttemptRecorder attempt, ExecutionSettings settings)
    {
        switch (content)
        {
            case TextContent text:
                _isReasoningMarked = false;
                attempt.NoteAnswer(text.Text.Length, isMeaningful: text.Text.Length > 0);
                break;

            case UsageContent usage:
                attempt.AddUsage(usage.Details);
                break;

            case ErrorContent error:
                FailureKind kind = ContentInspector.KindOf(error);
                if (!ContentInspector.IsForCaller(kind, settings))
                {
                    return kind;
                }

                ForCaller ??= kind;
                attempt.NoteAnswer(0, isMeaningful: true);
                break;

            case FunctionCallContent call:
                ToolCallOwner.Mark(call, attempt.Target.Model.Id, attempt.Target.Mark);
                attempt.NoteAnswer(0, isMeaningful: true);
                break;

            case TextReasoningContent reasoning:
                MarkReasoning(reasoning, attempt.Target);
                attempt.NoteAnswer(reasoning.Text.Length, ContentInspector.IsMeaningful(reasoning));
                break;

            case HostedFileContent or HostedVectorStoreContent when attempt.Target.Mark is { } origin:
                ContentOrigin.Mark(content, origin);
                attempt.NoteAnswer(0, isMeaningful: true);
                break;

            case AIContent other:
                attempt.NoteAnswer(0, ContentInspector.IsMeaningful(other));
                break;
        }

        return null;
    }

    private void ObserveProperties(ChatResponseUpdate update, ref AttemptRecorder attempt, AttemptReporter reporter)
    {
        RouteTarget target = attempt.Target;
        if (RateLimitState.From(update.AdditionalProperties) is { } rates)
        {
            reporter.ObserveRates(target, rates);
        }

        if (target.Endpoint.IsRouter)
        {
            Nested = update.GetRoutingOutcome() ?? Nested;
        }

        if (update.GetUnsentOptions() is { Length: > 0 } unsent)
        {
            attempt.UnsentOptions = unsent;
            reporter.WarnOfUnsent(target, unsent);
        }
    }

    // Joining the updates of a stream keeps what the first piece of a run of reasoning says, and the signature comes with the last one.
    private void MarkReasoning(TextReasoningContent reasoning, in RouteTarget target)
    {
        if ((!_isReasoningMarked || reasoning.ProtectedData is not null) && target.Mark is { } origin)
        {
            ContentOrigin.Mark(reasoning, origin);
            _isReasoningMarked = reasoning.ProtectedData is null;
        }
    }
}
