namespace LlmRouting.Onnx.Training;

/// <summary>Says how far a training is.</summary>
/// <param name="Stage">What is being done, in a word or two.</param>
/// <param name="Done">The share of the whole work that is done, 0 to 1; an estimate.</param>
public readonly record struct TrainingProgress(string Stage, double Done);
