using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Reports;

/// <summary>Names the scores of one router for a report.</summary>
/// <param name="Name">What the report calls the router.</param>
/// <param name="Scores">One number per request, higher where the strong model is needed more.</param>
public sealed record RouterScores(string Name, ImmutableArray<double> Scores);
