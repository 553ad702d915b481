using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace LlmRouting.Onnx.Inference;

/// <summary>Holds what an exported model's <c>config.json</c> says that matters here.</summary>
internal sealed record ModelConfiguration
{
    public const string FileName = "config.json";

    /// <summary>Gets the labels, in the order of the logits.</summary>
    public required ImmutableArray<string> Labels { get; init; }

    /// <summary>Gets what the logits mean.</summary>
    public required OnnxHead Head { get; init; }

    /// <summary>Gets how many tokens the model has positions for; null when it does not say.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Reads the file of a classifier.</summary>
    /// <exception cref="OnnxRuntimeException">There is none, or it describes no classifier.</exception>
    public static ModelConfiguration Load(string folder)
    {
        string file = Path.Combine(folder, FileName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement;
            ImmutableArray<string> labels = ReadLabels(root, file);
            return new() { Labels = labels, Head = ReadHead(root, labels.Length, file), MaxTokens = ReadMaxTokens(root) };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            throw new OnnxRuntimeException($"'{file}' cannot be read: {exception.Message} Export the model with its configuration, or copy it there.", exception);
        }
    }

    /// <summary>Reads how many tokens a model can take, from a file that may be absent.</summary>
    public static int? LoadMaxTokens(string folder)
    {
        string file = Path.Combine(folder, FileName);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            return ReadMaxTokens(document.RootElement);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static ImmutableArray<string> ReadLabels(JsonElement root, string file)
    {
        if (root.TryGetProperty("id2label", out JsonElement map) && map.ValueKind == JsonValueKind.Object)
        {
            SortedDictionary<int, string> labels = [];
            foreach (JsonProperty pair in map.EnumerateObject())
            {
                labels[int.Parse(pair.Name, CultureInfo.InvariantCulture)] = pair.Value.ToString();
            }

            if (labels.Count > 0 && labels.Keys.SequenceEqual(Enumerable.Range(0, labels.Count)))
            {
                return [.. labels.Values];
            }
        }

        return Number(root, "num_labels") is > 0 and <= 10_000 and var number
            ? [.. Enumerable.Range(0, number).Select(static i => FormattableString.Invariant($"LABEL_{i}"))]
            : throw new OnnxRuntimeException($"'{file}' names no labels: it must hold id2label (0, 1, 2, ...) or num_labels. Export a sequence classification model.");
    }

    private static OnnxHead ReadHead(JsonElement root, int labels, string file)
    {
        string? type = root.TryGetProperty("problem_type", out JsonElement problem) && problem.ValueKind == JsonValueKind.String ? problem.GetString() : null;
        return type switch
        {
            "single_label_classification" => OnnxHead.Softmax,
            "multi_label_classification" => OnnxHead.Sigmoid,
            "regression" when labels == 1 => OnnxHead.Regression,
            "regression" => throw new OnnxRuntimeException($"'{file}' is a regression of {labels} numbers; only one number is read."),
            null => labels == 1 ? OnnxHead.Regression : OnnxHead.Softmax,
            _ => throw new OnnxRuntimeException(
                $"'{file}' has problem_type '{type}'; known are single_label_classification, multi_label_classification and regression."),
        };
    }

    // GPT-2 and its kin call it n_positions. Models without a limit have none, null or -1.
    private static int? ReadMaxTokens(JsonElement root)
    {
        if ((Number(root, "max_position_embeddings") ?? Number(root, "n_positions")) is not (> 0 and var count))
        {
            return null;
        }

        // These count their positions from behind the pad id, so the first few are never used.
        string? type = root.TryGetProperty("model_type", out JsonElement kind) && kind.ValueKind == JsonValueKind.String ? kind.GetString() : null;
        bool isOffset = type is "roberta" or "roberta-prelayernorm" or "xlm-roberta" or "xlm-roberta-xl" or "xmod" or "camembert" or "longformer"
            or "mpnet" or "data2vec-text" or "ibert" or "luke";
        return isOffset ? Math.Max(1, count - (Number(root, "pad_token_id") ?? 1) - 1) : count;
    }

    private static int? Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement element) && element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int number) ? number : null;
}
