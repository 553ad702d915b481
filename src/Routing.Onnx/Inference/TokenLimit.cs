namespace LlmRouting.Onnx.Inference;

/// <summary>Finds the strictest of several limits.</summary>
internal static class TokenLimit
{
    /// <summary>Gets the smallest that is known; null when none is.</summary>
    public static int? Smallest(params ReadOnlySpan<int?> limits)
    {
        int? smallest = null;
        foreach (int? limit in limits)
        {
            smallest = smallest is null || limit < smallest ? limit ?? smallest : smallest;
        }

        return smallest;
    }
}
