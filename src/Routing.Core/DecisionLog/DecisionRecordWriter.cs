using System.Collections.Immutable;
using System.Text.Json;
using LlmRouting.Diagnostics;
using LlmRouting.Learning;

namespace LlmRouting.DecisionLog;

/// <summary>Writes a record; <see cref="DecisionRecordReader"/> reads it again.</summary>
/// <remarks>Not thread-safe. Names and meanings are in docs/decision-log.md; a test compares it with what is written here.</remarks>
internal sealed class DecisionRecordWriter(string? idKey) : IDisposable
{
    /// <summary>The version of the format; raised when a field changes its meaning, not when one is added.</summary>
    public const int Version = 1;

    private readonly IdHasher? _ids = idKey is null ? null : new IdHasher(idKey);
    private readonly FeatureHasher _hasher = new();
    private readonly FeatureBuffer _features = new();

    public void Dispose() => _features.Dispose();

    public void Write(Utf8JsonWriter json, in DecisionLogEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("v", Version);
        json.WriteString("at", entry.At.UtcDateTime);
        if (entry.Outcome is { } outcome)
        {
            WriteOutcome(json, outcome);
        }
        else
        {
            json.WriteString("result", "refused");
            json.WriteString("error", entry.Error);
            WriteMs(json, "elapsedMs", entry.Elapsed);
            WriteSteps(json, entry.Inputs is null ? [] : entry.Inputs.AsSpan());
        }

        if (entry.Features is { } features)
        {
            WriteFeatures(json, features);
        }

        if (entry.Inputs is { } inputs)
        {
            WriteInputs(json, entry, inputs);
        }

        if (entry.Text is { } text)
        {
            WriteHashed(json, text);
        }

        json.WriteEndObject();
    }

    private static void WriteOutcome(Utf8JsonWriter json, RoutingOutcome outcome)
    {
        json.WriteString("id", outcome.Id);
        json.WriteString("result", RoutingMetrics.ResultOf(outcome));
        WriteText(json, "model", outcome.ModelId);
        json.WriteNumber("costUsd", outcome.CostUsd);
        json.WriteString("certainty", EnumNames.Of(outcome.Certainty));
        WriteUsd(json, "referenceCostUsd", outcome.ReferenceCostUsd);
        WriteUsd(json, "savedUsd", outcome.SavedUsd);
        WriteMs(json, "elapsedMs", outcome.Elapsed);

        RoutingDecision decision = outcome.Decision;
        json.WriteString("decidedBy", decision.DecidedBy);
        json.WriteNumber("confidence", decision.Confidence);
        json.WriteString("reason", decision.Reason);
        WriteMs(json, "decisionMs", decision.Elapsed);
        WriteTexts(json, "ranking", decision.Ranking);
        if (!decision.AcceptFromScores.IsDefaultOrEmpty)
        {
            json.WriteStartArray("acceptFromScores");
            foreach (double score in decision.AcceptFromScores)
            {
                json.WriteNumberValue(score);
            }

            json.WriteEndArray();
        }

        WriteUsd(json, "maxCostUsd", decision.MaxCostUsd);
        if (decision.Classification is { } classification)
        {
            json.WriteStartObject("classification");
            WriteClassification(json, classification);
            json.WriteEndObject();
        }

        WriteSteps(json, decision.Steps.AsSpan());
        json.WriteStartArray("attempts");
        foreach (RoutingAttempt attempt in outcome.Attempts)
        {
            WriteAttempt(json, attempt);
        }

        json.WriteEndArray();
    }

    private static void WriteSteps(Utf8JsonWriter json, ReadOnlySpan<DecisionStep> steps)
    {
        json.WriteStartArray("steps");
        foreach (DecisionStep step in steps)
        {
            json.WriteStartObject();
            json.WriteString("kind", EnumNames.Of(step.Kind));
            json.WriteString("source", step.Source);
            WriteText(json, "target", step.Target);
            json.WriteString("reason", step.Reason);
            if (step.Confidence != 0)
            {
                json.WriteNumber("confidence", step.Confidence);
            }

            if (step.Complexity != 0)
            {
                json.WriteNumber("complexity", step.Complexity);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAttempt(Utf8JsonWriter json, RoutingAttempt attempt)
    {
        json.WriteStartObject();
        json.WriteString("model", attempt.ModelId);
        json.WriteString("endpoint", attempt.Endpoint);
        json.WriteString("result", EnumNames.Of(attempt.Result));
        if (attempt.IsHedge)
        {
            json.WriteBoolean("hedge", true);
        }

        WriteText(json, "failure", attempt.Failure is { } failure ? EnumNames.Of(failure) : null);
        WriteText(json, "reason", attempt.Reason);
        WriteMs(json, "retryAfterMs", attempt.RetryAfter);
        WriteText(json, "answeredBy", attempt.AnsweredBy);
        WriteCount(json, "inputTokens", attempt.InputTokens);
        WriteCount(json, "outputTokens", attempt.OutputTokens);
        WriteCount(json, "cachedInputTokens", attempt.CachedInputTokens);
        WriteCount(json, "cacheWriteTokens", attempt.CacheWriteTokens);
        WriteCount(json, "reasoningTokens", attempt.ReasoningTokens);
        WriteUsd(json, "reportedCostUsd", attempt.ReportedCostUsd);
        json.WriteNumber("costUsd", attempt.CostUsd);
        json.WriteString("certainty", EnumNames.Of(attempt.Certainty));
        WriteMs(json, "elapsedMs", attempt.Elapsed);
        WriteMs(json, "timeToFirstTokenMs", attempt.TimeToFirstToken);
        if (attempt.Validation != default)
        {
            json.WriteString("validation", EnumNames.Of(attempt.Validation));
        }

        WriteText(json, "validator", attempt.Validator);
        WriteMs(json, "heldMs", attempt.HeldFor);
        if (!attempt.UnsentOptions.IsDefaultOrEmpty)
        {
            WriteTexts(json, "unsentOptions", attempt.UnsentOptions);
        }

        json.WriteEndObject();
    }

    private static void WriteFeatures(Utf8JsonWriter json, RequestFeatures features)
    {
        json.WriteStartObject("features");
        json.WriteNumber("inputTokens", features.EstimatedInputTokens);
        WriteCount(json, "maxOutputTokens", features.MaxOutputTokens);
        json.WriteNumber("messages", features.Messages);
        json.WriteNumber("userTurns", features.UserTurns);
        json.WriteNumber("textLength", features.TextLength);
        json.WriteNumber("lastUserTextLength", features.LastUserTextLength);
        json.WriteNumber("words", features.Words);
        json.WriteNumber("questions", features.Questions);
        json.WriteNumber("sentences", features.Sentences);
        json.WriteBoolean("hasCode", features.HasCode);
        json.WriteNumber("codeRatio", features.CodeRatio);
        json.WriteNumber("numericExpressions", features.NumericExpressions);
        json.WriteNumber("dateExpressions", features.DateExpressions);
        json.WriteNumber("entityDensity", features.EntityDensity);
        json.WriteNumber("clauseDepth", features.ClauseDepth);
        json.WriteString("script", EnumNames.Of(features.Script));
        json.WriteNumber("scriptMix", features.ScriptMix);
        json.WriteNumber("images", features.Images);
        json.WriteNumber("audioClips", features.AudioClips);
        json.WriteNumber("documents", features.Documents);
        json.WriteNumber("tools", features.Tools);
        json.WriteString("format", EnumNames.Of(features.Format));
        json.WriteBoolean("isToolContinuation", features.IsToolContinuation);
        json.WriteString("capabilities", features.RequiredCapabilities.ToString());
        json.WriteBoolean("isSampled", features.IsSampled);
        json.WriteEndObject();
    }

    private void WriteInputs(Utf8JsonWriter json, in DecisionLogEntry entry, DecisionRecorder inputs)
    {
        json.WriteStartObject("inputs");
        json.WriteBoolean("streaming", entry.IsStreaming);
        WriteText(json, "asked", entry.Asked);
        if (entry.Hints is { } hints)
        {
            WriteText(json, "policy", hints.Policy);
            WriteText(json, "userTier", hints.UserTier);
            json.WriteString("priority", EnumNames.Of(hints.Priority));
            WriteMs(json, "maxLatencyMs", hints.MaxLatency);
            WriteUsd(json, "maxCostUsd", hints.MaxCostUsd);
            json.WriteBoolean("allowFallback", hints.AllowFallback);
            WriteText(json, "region", hints.Region);
            WriteId(json, "conversation", hints.ConversationId);
            WriteId(json, "user", hints.UserId);
            WriteId(json, "tenant", hints.BudgetScope);
        }

        WriteText(json, "keptBy", inputs.KeptBy);
        if (inputs.SoftConstraints is { } soft)
        {
            WriteTexts(json, "soft", [.. soft]);
        }

        json.WriteStartArray("models");
        foreach (RoutableModel model in inputs.InService)
        {
            json.WriteStartObject();
            json.WriteString("id", model.Id);
            WriteMs(json, "latencyMs", inputs.MeasuredLatencyOf(model));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteAnswers(json, inputs.Answers);
        WriteVerdicts(json, inputs.Verdicts);
        json.WriteEndObject();
    }

    private static void WriteAnswers(Utf8JsonWriter json, ReadOnlySpan<RecordedAnswer> answers)
    {
        json.WriteStartArray("classifiers");
        foreach (RecordedAnswer answer in answers)
        {
            json.WriteStartObject();
            json.WriteString("name", answer.Classifier);
            WriteText(json, "failure", answer.Failure);
            if (answer.Answer is { } classification)
            {
                WriteClassification(json, classification);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteVerdicts(Utf8JsonWriter json, ReadOnlySpan<RecordedVerdict> verdicts)
    {
        json.WriteStartArray("strategies");
        foreach ((string strategy, StrategyVerdict verdict, bool isClassified) in verdicts)
        {
            json.WriteStartObject();
            json.WriteString("name", strategy);
            json.WriteString("kind", EnumNames.Of(verdict.Kind));
            WriteText(json, "target", verdict.Target);
            if (!verdict.Ranking.IsDefault)
            {
                WriteTexts(json, "ranking", verdict.Ranking);
            }

            json.WriteNumber("confidence", verdict.Confidence);
            json.WriteString("reason", verdict.Reason);
            if (!verdict.Steps.IsDefault)
            {
                json.WriteStartArray("steps");
                foreach (CascadeStep step in verdict.Steps)
                {
                    json.WriteStartObject();
                    json.WriteString("model", step.Model);
                    json.WriteNumber("acceptFromScore", step.AcceptFromScore);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                WriteUsd(json, "maxCostUsd", verdict.MaxCostUsd);
            }

            json.WriteBoolean("classified", isClassified);

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void WriteHashed(Utf8JsonWriter json, string text)
    {
        _hasher.Hash(text, _features);
        int[] indices = _features.Indices.ToArray();
        int[] counts = _features.Counts.ToArray();

        // Sorted, so that the order of the words is lost.
        Array.Sort(indices, counts);
        json.WriteStartObject("hashed");
        json.WriteNumber("version", FeatureHasher.FeatureVersion);
        json.WriteNumber("bits", _hasher.Settings.Bits);
        json.WriteNumber("minGram", _hasher.Settings.MinGram);
        json.WriteNumber("maxGram", _hasher.Settings.MaxGram);
        json.WriteNumber("maxCharacters", _hasher.Settings.MaxCharacters);
        WriteNumbers(json, "indices", indices);
        WriteNumbers(json, "counts", counts);
        json.WriteStartArray("dense");
        foreach (float value in _features.Dense)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteClassification(Utf8JsonWriter json, Classification classification)
    {
        json.WriteNumber("complexity", classification.Complexity);
        json.WriteNumber("confidence", classification.Confidence);
        json.WriteString("source", classification.Source);
        WriteText(json, "label", classification.Label);
        WriteText(json, "category", classification.Category);
        json.WriteBoolean("requiresContext", classification.RequiresContext);
    }

    private void WriteId(Utf8JsonWriter json, string kind, string? id)
    {
        if (_ids is not null && id is not null)
        {
            json.WriteString(kind, _ids.Hash(kind, id));
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, int[] values)
    {
        json.WriteStartArray(name);
        foreach (int value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, ImmutableArray<string> values)
    {
        json.WriteStartArray(name);
        foreach (string value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteCount(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } count)
        {
            json.WriteNumber(name, count);
        }
    }

    private static void WriteUsd(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } usd)
        {
            json.WriteNumber(name, usd);
        }
    }

    // A decimal holds every tick, so that a time reads back as it was.
    private static void WriteMs(Utf8JsonWriter json, string name, TimeSpan? value)
    {
        if (value is { } time)
        {
            json.WriteNumber(name, time.Ticks / (decimal)TimeSpan.TicksPerMillisecond);
        }
    }
}
