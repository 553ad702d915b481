namespace LlmRouting.Onnx.Inference;

/// <summary>Is what a model says of one text.</summary>
/// <param name="LabelIndex">Which label is the likeliest; 0 for a regression.</param>
/// <param name="Label">Its name.</param>
/// <param name="Confidence">Its probability, 0 to 1; for a regression what the settings say.</param>
/// <param name="Complexity">How hard the request is, 0 to 1: the labels' complexities, weighted by their probabilities.</param>
/// <param name="IsTruncated">Whether only the head and the tail of the text were read.</param>
public readonly record struct OnnxTextClassification(int LabelIndex, string Label, double Confidence, double Complexity, bool IsTruncated);
