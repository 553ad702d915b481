namespace LlmRouting.Onnx.Tokenization;

/// <summary>Says which part of a text too long for the model is kept.</summary>
public enum TokenTruncation
{
    /// <summary>The beginning.</summary>
    Head,

    /// <summary>The end.</summary>
    Tail,

    /// <summary>Half from the beginning, half from the end (the odd token goes to the beginning): requests say what is wanted at either.</summary>
    HeadAndTail,
}
