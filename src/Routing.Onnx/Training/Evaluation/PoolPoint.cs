namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>One way to choose among a pool: the weight of cost against quality, and what comes of it.</summary>
/// <param name="QualityPerUsd">How much quality one USD must buy (lambda): the choice is the greatest of quality - lambda x cost; 0 asks for the best whatever it costs.</param>
/// <param name="CostUsd">The mean cost of a request, in USD.</param>
/// <param name="Quality">The mean quality of the answers, 0 to 1.</param>
public readonly record struct PoolPoint(double QualityPerUsd, double CostUsd, double Quality);
