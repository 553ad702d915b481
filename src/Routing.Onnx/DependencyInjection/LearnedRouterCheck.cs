namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Stands in for the learned strategies where a host validates at its start.</summary>
internal sealed class LearnedRouterCheck;
