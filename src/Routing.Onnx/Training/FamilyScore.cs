namespace LlmRouting.Onnx.Training;

/// <summary>Says how well a family of models did on requests that it was not trained on.</summary>
/// <param name="Family">A name of <see cref="TrainerFamilies"/>.</param>
/// <param name="HeldOut">For a pair the APGR (0.5 is random, see RouteLLM, arXiv:2406.18665); for a pool and for complexity the mean AUC of
/// the outputs. NaN where the held-out requests cannot tell (all answers good, say).</param>
/// <param name="Weight">The family's share in the router, 0 to 1.</param>
public sealed record FamilyScore(string Family, double HeldOut, double Weight);
