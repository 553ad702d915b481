using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.Onnx.Training.Data;

/// <summary>Reads the embedding of a line, or says what is wrong with it.</summary>
internal static class EmbeddingParser
{
    private const string Name = "embedding";

    /// <summary>Reads it.</summary>
    /// <param name="root">The line's object.</param>
    /// <param name="line">The line as it was written.</param>
    /// <param name="read">The line as it was read: <see cref="BareNaN"/> may have changed it, and -1 is a fine number here.</param>
    /// <param name="embedding">What was read; empty where there is none.</param>
    /// <param name="reason">What is wrong, when false is returned.</param>
    public static bool TryRead(JsonElement root, ReadOnlySpan<byte> line, ReadOnlySpan<byte> read, out ImmutableArray<float> embedding, out string? reason)
    {
        embedding = [];
        reason = null;
        if (!root.TryGetProperty(Name, out JsonElement element) || element.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (element.ValueKind != JsonValueKind.Array)
        {
            reason = "the embedding is not an array of numbers";
            return false;
        }

        float[] values = new float[element.GetArrayLength()];
        int next = 0;
        foreach (JsonElement value in element.EnumerateArray())
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetSingle(out values[next++]))
            {
                reason = "the embedding is not an array of numbers";
                return false;
            }
        }

        string? error = IsAsWritten(element, line, read) ? EmbeddingCheck.FindError(values) : "holds a number that is not finite";
        reason = error is null ? null : "the embedding " + error;
        embedding = error is null ? ImmutableCollectionsMarshal.AsImmutableArray(values) : [];
        return error is null;
    }

    private static bool IsAsWritten(JsonElement element, ReadOnlySpan<byte> line, ReadOnlySpan<byte> read)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(element);
        return !read.Overlaps(raw, out int at) || raw.SequenceEqual(line.Slice(at, raw.Length));
    }
}
