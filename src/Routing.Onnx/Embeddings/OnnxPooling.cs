namespace LlmRouting.Onnx.Embeddings;

/// <summary>Says how the vectors of a text's tokens become one.</summary>
public enum OnnxPooling
{
    /// <summary>Their mean, padding left out.</summary>
    Mean,

    /// <summary>That of the first token.</summary>
    FirstToken,
}
