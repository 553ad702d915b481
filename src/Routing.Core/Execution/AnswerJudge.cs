using System.Collections.Immutable;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Execution;

/// <summary>Asks the validators.</summary>
/// <remarks>Thread-safe. A validator that throws, or takes longer than the request has, has no say: the record calls the answer unvalidated, and no request goes down.</remarks>
internal sealed partial class AnswerJudge(ImmutableArray<IResponseValidator> validators, TimeProvider timeProvider, ILogger logger)
{
    public bool HasValidators => !validators.IsEmpty;

    /// <summary>Asks the validators in order until one does not accept.</summary>
    public async ValueTask<Judgement> JudgeAsync(RouteWalk walk, string modelId, ChatResponse response, CancellationToken cancellationToken)
    {
        double acceptFrom = walk.Decision.AcceptFrom(modelId);
        string? rawText = null;
        bool isComplete = true;
        foreach (IResponseValidator validator in validators)
        {
            if (await AskAsync(validator, walk, response, cancellationToken).ConfigureAwait(false) is not { } verdict)
            {
                isComplete = false;
                continue;
            }

            if (verdict.Kind != ValidationVerdictKind.Accept)
            {
                return new(verdict, validator.Name, response, rawText);
            }

            if (verdict.Score < acceptFrom)
            {
                return new(ValidationVerdict.Reject("its score is below what this step of the cascade accepts"), validator.Name, response, rawText);
            }

            if (verdict.Replacement is { } clean)
            {
                rawText ??= response.Text;
                response = ResponseWriter.WithText(response, clean);
            }
        }

        return new(ValidationVerdict.Accept, null, response, rawText, isComplete);
    }

    /// <summary>Starts watching a stream.</summary>
    /// <returns>null when no validator wants to.</returns>
    public StreamInspector? Inspect(RoutingRequest request)
    {
        List<(IStreamingResponseValidator, IStreamInspection)>? inspections = null;
        foreach (IResponseValidator validator in validators)
        {
            if (validator is IStreamingResponseValidator streaming && TryInspect(streaming, request) is { } inspection)
            {
                (inspections ??= []).Add((streaming, inspection));
            }
        }

        return inspections is null ? null : new StreamInspector(inspections, logger);
    }

    private IStreamInspection? TryInspect(IStreamingResponseValidator validator, RoutingRequest request)
    {
        try
        {
            return validator.Inspect(request);
        }
        catch (Exception exception)
        {
            Log.ValidatorFailed(logger, validator.Name, exception.GetType().Name);
            return null;
        }
    }

    /// <returns>null when the validator threw, or took longer than the request has.</returns>
    private async ValueTask<ValidationVerdict?> AskAsync(IResponseValidator validator, RouteWalk walk, ChatResponse response, CancellationToken cancellationToken)
    {
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            ValueTask<ValidationVerdict> pending = validator.ValidateAsync(walk.Request, response, source.Token);

            // A timer of no time at all still lets a validator that is nearly done finish first.
            TimeSpan limit = walk.TimeLeft > TimeSpan.Zero ? walk.TimeLeft : TimeSpan.FromTicks(1);
            return pending.IsCompletedSuccessfully
                ? pending.Result
                : await SeamCall.WaitAsync(pending, source, limit, timeProvider).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            Log.ValidatorFailed(logger, validator.Name, exception.GetType().Name);
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ValidatorFailed, LogLevel.Warning, "Validator '{Validator}' threw {Exception}; it has no say in this answer")]
        public static partial void ValidatorFailed(ILogger logger, string validator, string exception);
    }
}
