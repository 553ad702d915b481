namespace LlmRouting.Onnx.Training;

/// <summary>Says what became of the embeddings of the training requests.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="Length">How many numbers an embedding has.</param>
/// <param name="Share">How much the embeddings count beside the words when two requests are compared, 0 to 1. 0: they told nothing on held-out requests that the words had not told,
/// and the router is one that needs none.</param>
/// <param name="Gain">By which part they lowered the squared error on held-out requests, at the share that did best: 0.01 is one percent; 0 or less where none did better than the words alone.</param>
/// <param name="ModelId">What made the embeddings, as <see cref="TrainerOptions.EmbeddingModelId"/> said; null where it said nothing.</param>
public sealed record EmbeddingReport(int Length, double Share, double Gain, string? ModelId);
