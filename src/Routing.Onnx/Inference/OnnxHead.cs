namespace LlmRouting.Onnx.Inference;

/// <summary>Says what a classifier's logits mean.</summary>
public enum OnnxHead
{
    /// <summary>One label of several applies.</summary>
    Softmax,

    /// <summary>Each label applies or does not.</summary>
    Sigmoid,

    /// <summary>The one number is the complexity itself.</summary>
    Regression,
}
