using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using LlmRouting.Learning;

namespace LlmRouting.Onnx.Training.Data;

/// <summary>Makes a request of one line of JSON, or says what is wrong with it.</summary>
internal static class LabelledRequestParser
{
    // Some writers put NaN for what they do not know, which is no JSON: it is read as null before anything else looks at the line.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line's bytes.</param>
    /// <param name="file">The file's name, for requests without an id.</param>
    /// <param name="number">The line's number.</param>
    /// <param name="reason">What is wrong, when nothing is returned.</param>
    public static LabelledRequest? Parse(ReadOnlyMemory<byte> line, string file, int number, out string? reason)
    {
        try
        {
            ReadOnlyMemory<byte> replaced = BareNaN.Replace(line);
            using JsonDocument document = JsonDocument.Parse(replaced, Options);
            LabelledRequest? request = Read(document.RootElement, file, number, out reason);
            return request is null || !EmbeddingParser.TryRead(document.RootElement, line.Span, replaced.Span, out ImmutableArray<float> embedding, out reason)
                ? null : request with { Embedding = embedding };
        }
        catch (JsonException error)
        {
            // Its message may quote the line; the position cannot.
            reason = $"not JSON, at byte {error.BytePositionInLine}";
        }
        catch (InvalidOperationException)
        {
            reason = "not text in UTF-8";
        }

        return null;
    }

    private static LabelledRequest? Read(JsonElement root, string file, int number, out string? reason)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            reason = "not a JSON object";
            return null;
        }

        string? text = Text(root, "prompt") ?? Text(root, "text");
        HashedFeatures? features = null;
        if (text is null && !TryReadFeatures(root, out features, out reason))
        {
            return null;
        }

        if (text is not null && string.IsNullOrWhiteSpace(text))
        {
            reason = "the prompt is empty";
            return null;
        }

        if (!TryReadScores(root, out FrozenDictionary<string, double> scores, out reason) || !TryReadCosts(root, out var costs, out reason))
        {
            return null;
        }

        string? label = Text(root, "label");
        if (scores.Count == 0 && label is null)
        {
            reason = "neither scores nor a label";
            return null;
        }

        reason = null;
        return new LabelledRequest
        {
            Id = Text(root, "id") is { Length: > 0 } id ? id : $"{file}:{number}",
            Text = text,
            Features = features,
            Scores = scores,
            Costs = costs,
            Label = label,
            Split = Text(root, "split"),
            Group = Text(root, "group"),
        };
    }

    private static bool TryReadScores(JsonElement root, out FrozenDictionary<string, double> scores, out string? reason)
    {
        scores = FrozenDictionary<string, double>.Empty;
        reason = null;
        Dictionary<string, double> read = [];
        if (root.TryGetProperty("scores", out JsonElement element) && element.ValueKind != JsonValueKind.Null)
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                reason = "'scores' is not an object of model and score";
                return false;
            }

            foreach (JsonProperty score in element.EnumerateObject())
            {
                if (score.Value.ValueKind == JsonValueKind.Null)
                {
                    continue;
                }

                if (!TryReadScore(score.Value, out double value))
                {
                    reason = "a score is not a number from 0 to 1";
                    return false;
                }

                read[score.Name] = value;
            }
        }

        // Feedback of production: only the model that answered, good or bad.
        if (Text(root, "model") is { Length: > 0 } model && root.TryGetProperty("good", out JsonElement good))
        {
            if (!TryReadScore(good, out double value))
            {
                reason = "'good' is neither true nor false nor a number from 0 to 1";
                return false;
            }

            read.TryAdd(model, value);
        }

        scores = read.ToFrozenDictionary(StringComparer.Ordinal);
        return true;
    }

    private static bool TryReadCosts(JsonElement root, out FrozenDictionary<string, double?> costs, out string? reason)
    {
        costs = FrozenDictionary<string, double?>.Empty;
        reason = null;
        if (!root.TryGetProperty("costs", out JsonElement element) || element.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            reason = "'costs' is not an object of model and USD";
            return false;
        }

        Dictionary<string, double?> read = [];
        foreach (JsonProperty cost in element.EnumerateObject())
        {
            // What a call cost matters to reports alone: a cost that makes no sense is unknown, and the row still teaches.
            bool isKnown = cost.Value.ValueKind == JsonValueKind.Number && cost.Value.TryGetDouble(out double usd) && double.IsFinite(usd) && usd >= 0;
            read[cost.Name] = isKnown ? cost.Value.GetDouble() : null;
        }

        costs = read.ToFrozenDictionary(StringComparer.Ordinal);
        return true;
    }

    private static bool TryReadFeatures(JsonElement root, out HashedFeatures? features, out string? reason)
    {
        features = null;
        if (!root.TryGetProperty("features", out JsonElement element) || element.ValueKind != JsonValueKind.Object)
        {
            reason = "neither a prompt nor captured features";
            return false;
        }

        int version = element.TryGetProperty("version", out JsonElement v) && v.TryGetInt32(out int number) ? number : 0;
        if (version != FeatureHasher.FeatureVersion)
        {
            reason = $"the features have version {version}; this library reads version {FeatureHasher.FeatureVersion}";
            return false;
        }

        ImmutableArray<int> indices = Numbers(element, "indices");
        ImmutableArray<int> counts = Numbers(element, "counts");
        ImmutableArray<float> dense = element.TryGetProperty("dense", out JsonElement array) && array.ValueKind == JsonValueKind.Array
            ? [.. array.EnumerateArray().Select(static value => value.TryGetSingle(out float single) ? single : float.NaN)] : [];
        bool isSound = indices.Length == counts.Length && dense.Length == DenseFeatures.Count && dense.All(float.IsFinite) && counts.All(static count => count > 0);
        for (int i = 0; i < indices.Length && isSound; i++)
        {
            isSound = indices[i] > (i == 0 ? -1 : indices[i - 1]);
        }

        reason = isSound ? null : "the features are damaged: ascending 'indices', as many 'counts' of at least 1, and all 'dense' numbers are needed";
        features = isSound ? new HashedFeatures { Version = version, Indices = indices, Counts = counts, Dense = dense } : null;
        return isSound;
    }

    private static bool TryReadScore(JsonElement element, out double value)
    {
        value = element.ValueKind switch
        {
            JsonValueKind.True => 1,
            JsonValueKind.False => 0,
            JsonValueKind.Number => element.TryGetDouble(out double number) ? number : double.NaN,
            _ => double.NaN,
        };
        return value is >= 0 and <= 1;
    }

    private static ImmutableArray<int> Numbers(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement array) && array.ValueKind == JsonValueKind.Array
            ? [.. array.EnumerateArray().Select(static value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : -1)]
            : [];

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement element) && element.ValueKind == JsonValueKind.String ? element.GetString() : null;
}
