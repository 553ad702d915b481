using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Rejects answers whose model was not sure of its words, where it says how sure it was.</summary>
/// <remarks>
/// Reads <c>logprobs</c> of the answer's (or its message's) additional properties: a list of <c>{"token", "logprob", "top_logprobs"}</c>, the
/// way OpenAI and servers like it send them, or an object that has the list as <c>content</c>. Answers without them pass. The mean
/// probability is the verdict's score. Thread-safe.
/// </remarks>
public sealed class LogprobValidator : IResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "logprobs";

    /// <summary>The name of the additional property that holds the log-probabilities.</summary>
    public const string PropertyName = "logprobs";

    private const string Sure = "the model was sure of its words";
    private const string LowMean = "the model's mean confidence is too low";
    private const string LowWindow = "the model's confidence in a part of the answer is too low";
    private const string LowMargin = "the model's margin between tokens is too low";

    // A token that a model rules out has minus infinity, which JSON cannot say: -9999 stands for it (OpenAI, API reference).
    private const double LowestLogprob = -9999;

    private readonly LogprobValidationSettings _settings;

    /// <summary>Creates a validator.</summary>
    /// <param name="settings">The thresholds; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A threshold is outside its range.</exception>
    public LogprobValidator(LogprobValidationSettings? settings = null)
    {
        _settings = settings ?? LogprobValidationSettings.Default;
        CheckRatio(_settings.MinMeanProbability);
        CheckRatio(_settings.MinWindowProbability);
        CheckRatio(_settings.MinMeanMargin);
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.WindowTokens, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_settings.WindowTokens, 1000, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MinTokens, 1, nameof(settings));
    }

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        return new(Measure(response, _settings.WindowTokens) is not { } confidence || confidence.Tokens < _settings.MinTokens ? ValidationVerdict.Accept
            : confidence.MeanProbability < _settings.MinMeanProbability ? ValidationVerdict.Reject(LowMean)
            : confidence.MinWindowProbability < _settings.MinWindowProbability ? ValidationVerdict.Reject(LowWindow)
            : confidence.MeanMargin < _settings.MinMeanMargin ? ValidationVerdict.Reject(LowMargin)
            : ValidationVerdict.AcceptWithScore(confidence.MeanProbability, Sure));
    }

    /// <summary>Measures how sure a model was of an answer.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="windowTokens">The length of the window, in tokens; at least 1.</param>
    /// <returns>null when the answer does not say.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="windowTokens"/> is less than 1.</exception>
    public static TokenConfidence? Measure(ChatResponse response, int windowTokens = 16)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentOutOfRangeException.ThrowIfLessThan(windowTokens, 1);
        object? found = Find(response);
        ImmutableArray<double>.Builder tokens = ImmutableArray.CreateBuilder<double>();
        double marginSum = 0;
        int margins = 0;
        foreach (JsonElement token in Elements(found))
        {
            if (Logprob(token) is not { } logprob)
            {
                continue;
            }

            tokens.Add(logprob);
            if (Margin(token) is { } margin)
            {
                marginSum += margin;
                margins++;
            }
        }

        return tokens.Count == 0 ? null : TokenConfidence.From(tokens.DrainToImmutable(), marginSum, margins, windowTokens);
    }

    private static object? Find(ChatResponse response)
    {
        if (response.AdditionalProperties?.TryGetValue(PropertyName, out object? found) == true)
        {
            return found;
        }

        foreach (ChatMessage message in response.Messages)
        {
            if (message.AdditionalProperties?.TryGetValue(PropertyName, out found) == true)
            {
                return found;
            }
        }

        return null;
    }

    private static IEnumerable<JsonElement> Elements(object? found) => found switch
    {
        IEnumerable<JsonElement> list => list,
        JsonElement { ValueKind: JsonValueKind.Array } array => array.EnumerateArray(),
        JsonElement { ValueKind: JsonValueKind.Object } holder
            when holder.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array => content.EnumerateArray(),
        _ => [],
    };

    private static double? Logprob(JsonElement token) =>
        token.ValueKind == JsonValueKind.Object
        && token.TryGetProperty("logprob", out JsonElement logprob)
        && logprob.ValueKind == JsonValueKind.Number
        && logprob.TryGetDouble(out double value)
            ? Math.Clamp(value, LowestLogprob, 0)
            : null;

    private static double? Margin(JsonElement token)
    {
        if (!token.TryGetProperty("top_logprobs", out JsonElement top) || top.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        double first = double.NegativeInfinity;
        double second = double.NegativeInfinity;
        foreach (JsonElement one in top.EnumerateArray())
        {
            double value = Logprob(one) ?? double.NegativeInfinity;
            (first, second) = value > first ? (value, first) : (first, Math.Max(second, value));
        }

        return double.IsNegativeInfinity(second) ? null : Math.Exp(first) - Math.Exp(second);
    }

    private static void CheckRatio(double ratio, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(ratio))] string? setting = null)
    {
        if (ratio is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(setting, ratio, "It must be between 0 and 1.");
        }
    }
}
