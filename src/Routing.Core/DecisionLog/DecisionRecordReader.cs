using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using LlmRouting.Diagnostics;
using LlmRouting.TextAnalysis;

namespace LlmRouting.DecisionLog;

/// <summary>Reads records that <see cref="DecisionRecordWriter"/> wrote.</summary>
/// <remarks>Thread-safe. Fields that it does not know are passed over, so that later versions may add some.</remarks>
internal static class DecisionRecordReader
{
    /// <summary>Reads a line.</summary>
    /// <exception cref="FormatException">The line is no whole record, or one of another version; the message says why, and quotes nothing of it.</exception>
    public static LoggedDecision Read(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or OverflowException)
        {
            throw new FormatException($"The line is no whole record ({exception.GetType().Name}).");
        }
    }

    private static LoggedDecision Read(JsonElement json)
    {
        int version = json.GetProperty("v").GetInt32();
        if (version != DecisionRecordWriter.Version)
        {
            throw new FormatException(FormattableString.Invariant($"The record has version {version}; this code reads version {DecisionRecordWriter.Version}."));
        }

        string result = Needed(json, "result");
        ImmutableArray<DecisionStep> steps = ReadAll(json, "steps", ReadStep);
        RequestFeatures? features = json.TryGetProperty("features", out JsonElement found) ? ReadFeatures(found) : null;
        (long? input, long? output) = TokensOf(json);
        return new LoggedDecision
        {
            Id = Text(json, "id"),
            At = new DateTimeOffset(json.GetProperty("at").GetDateTime()),
            Result = result,
            Steps = steps,
            Features = features,
            Inputs = json.TryGetProperty("inputs", out JsonElement inputs) ? ReadInputs(inputs) : null,
            Decision = features is not null && json.TryGetProperty("ranking", out _) ? ReadDecision(json, features, steps) : null,
            ModelId = Text(json, "model"),
            CostUsd = Usd(json, "costUsd") ?? 0,
            InputTokens = input,
            OutputTokens = output,
        };
    }

    private static RoutingDecision ReadDecision(JsonElement json, RequestFeatures features, ImmutableArray<DecisionStep> steps) => new()
    {
        Ranking = Texts(json, "ranking") is [_, ..] ranking ? ranking : throw new FormatException("The record's ranking is empty."),
        DecidedBy = Needed(json, "decidedBy"),
        Confidence = json.GetProperty("confidence").GetDouble(),
        Reason = Needed(json, "reason"),
        Steps = steps,
        Features = features,
        Elapsed = Ms(json, "decisionMs") ?? TimeSpan.Zero,
        Classification = json.TryGetProperty("classification", out JsonElement classification) ? ReadClassification(classification) : null,
        AcceptFromScores = ReadAll(json, "acceptFromScores", static score => score.GetDouble()),
        MaxCostUsd = Usd(json, "maxCostUsd"),
    };

    private static DecisionStep ReadStep(JsonElement json) => new(
        EnumNames.Parse<DecisionStepKind>(Needed(json, "kind")),
        Needed(json, "source"),
        Text(json, "target"),
        Needed(json, "reason"),
        Number(json, "confidence"),
        Number(json, "complexity"));

    private static RequestFeatures ReadFeatures(JsonElement json) => new()
    {
        EstimatedInputTokens = json.GetProperty("inputTokens").GetInt32(),
        MaxOutputTokens = json.TryGetProperty("maxOutputTokens", out JsonElement most) ? most.GetInt32() : null,
        Messages = json.GetProperty("messages").GetInt32(),
        UserTurns = json.GetProperty("userTurns").GetInt32(),
        TextLength = json.GetProperty("textLength").GetInt32(),
        LastUserTextLength = json.GetProperty("lastUserTextLength").GetInt32(),
        Words = json.GetProperty("words").GetInt32(),
        Questions = json.GetProperty("questions").GetInt32(),
        Sentences = json.GetProperty("sentences").GetInt32(),
        HasCode = json.GetProperty("hasCode").GetBoolean(),
        CodeRatio = json.GetProperty("codeRatio").GetDouble(),
        NumericExpressions = json.GetProperty("numericExpressions").GetInt32(),
        DateExpressions = json.GetProperty("dateExpressions").GetInt32(),
        EntityDensity = json.GetProperty("entityDensity").GetDouble(),
        ClauseDepth = json.GetProperty("clauseDepth").GetDouble(),
        Script = EnumNames.Parse<TextScript>(Needed(json, "script")),
        ScriptMix = json.GetProperty("scriptMix").GetDouble(),
        Images = json.GetProperty("images").GetInt32(),
        AudioClips = json.GetProperty("audioClips").GetInt32(),
        Documents = json.GetProperty("documents").GetInt32(),
        Tools = json.GetProperty("tools").GetInt32(),
        Format = EnumNames.Parse<RequestedFormat>(Needed(json, "format")),
        IsToolContinuation = json.GetProperty("isToolContinuation").GetBoolean(),
        RequiredCapabilities = Enum.Parse<ModelCapabilities>(Needed(json, "capabilities")),
        IsSampled = json.GetProperty("isSampled").GetBoolean(),
    };

    private static LoggedInputs ReadInputs(JsonElement json) => new()
    {
        IsStreaming = json.GetProperty("streaming").GetBoolean(),
        Asked = Text(json, "asked"),
        Policy = Text(json, "policy"),
        UserTier = Text(json, "userTier"),
        Priority = Text(json, "priority") is { } priority ? EnumNames.Parse<RequestPriority>(priority) : default,
        MaxLatency = Ms(json, "maxLatencyMs"),
        MaxCostUsd = Usd(json, "maxCostUsd"),
        KeptBy = Text(json, "keptBy"),
        Soft = json.TryGetProperty("soft", out _) ? Texts(json, "soft") : [],
        Latencies = ReadAll(json, "models", static model => KeyValuePair.Create(Needed(model, "id"), Ms(model, "latencyMs")))
            .ToFrozenDictionary(StringComparer.OrdinalIgnoreCase),
        Answers = ReadAll(json, "classifiers", ReadAnswer),
        Verdicts = ReadAll(json, "strategies", ReadVerdict),
    };

    private static RecordedAnswer ReadAnswer(JsonElement json) => new(
        Needed(json, "name"),
        json.TryGetProperty("complexity", out _) ? ReadClassification(json) : null,
        Text(json, "failure"));

    private static Classification ReadClassification(JsonElement json) => new()
    {
        Complexity = json.GetProperty("complexity").GetDouble(),
        Confidence = json.GetProperty("confidence").GetDouble(),
        Source = Needed(json, "source"),
        Label = Text(json, "label"),
        Category = Text(json, "category"),
        RequiresContext = json.GetProperty("requiresContext").GetBoolean(),
    };

    private static RecordedVerdict ReadVerdict(JsonElement json)
    {
        string reason = Needed(json, "reason");
        double confidence = json.GetProperty("confidence").GetDouble();
        return new(
            Needed(json, "name"),
            EnumNames.Parse<StrategyVerdictKind>(Needed(json, "kind")) switch
            {
                StrategyVerdictKind.PreferModel => StrategyVerdict.Prefer(Needed(json, "target"), confidence, reason),
                StrategyVerdictKind.PreferTier => StrategyVerdict.PreferTier(Needed(json, "target"), confidence, reason),
                StrategyVerdictKind.Rank when json.TryGetProperty("steps", out _) =>
                    StrategyVerdict.Cascade(ReadAll(json, "steps", ReadCascadeStep), Usd(json, "maxCostUsd"), confidence, reason),
                StrategyVerdictKind.Rank => StrategyVerdict.Rank(Texts(json, "ranking"), confidence, reason),
                _ => StrategyVerdict.Abstain(reason),
            },
            json.TryGetProperty("classified", out JsonElement classified) && classified.GetBoolean());
    }

    private static CascadeStep ReadCascadeStep(JsonElement json) => new(Needed(json, "model"), json.GetProperty("acceptFromScore").GetDouble());

    // What the answer cost in tokens is the last attempt's matter; a request without an answer has none to compare.
    private static (long? Input, long? Output) TokensOf(JsonElement json)
    {
        if (Text(json, "model") is null || !json.TryGetProperty("attempts", out JsonElement attempts) || attempts.GetArrayLength() == 0)
        {
            return default;
        }

        JsonElement last = attempts[attempts.GetArrayLength() - 1];
        return (
            last.TryGetProperty("inputTokens", out JsonElement input) ? input.GetInt64() : null,
            last.TryGetProperty("outputTokens", out JsonElement output) ? output.GetInt64() : null);
    }

    private static ImmutableArray<T> ReadAll<T>(JsonElement json, string name, Func<JsonElement, T> read) =>
        json.TryGetProperty(name, out JsonElement array) ? [.. array.EnumerateArray().Select(read)] : [];

    private static ImmutableArray<string> Texts(JsonElement json, string name) =>
        [.. json.GetProperty(name).EnumerateArray().Select(static item => item.GetString() ?? throw new FormatException("A text of the record is null."))];

    private static string Needed(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException($"The record's '{name}' is null.");

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static double Number(JsonElement json, string name) => json.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : 0;

    private static decimal? Usd(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? decimal.Parse(value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private static TimeSpan? Ms(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? new TimeSpan((long)(value.GetDecimal() * TimeSpan.TicksPerMillisecond)) : null;
}
