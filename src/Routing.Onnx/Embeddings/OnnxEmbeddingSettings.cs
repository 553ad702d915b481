using LlmRouting.Onnx.Inference;

namespace LlmRouting.Onnx.Embeddings;

/// <summary>Says which model embeds, on what, and how.</summary>
/// <remarks>Immutable.</remarks>
public sealed record OnnxEmbeddingSettings
{
    /// <summary>Gets where the model is.</summary>
    /// <value>A folder as <c>optimum-cli export onnx --task feature-extraction</c> writes it, or an .onnx file in or below such a folder.</value>
    public required string ModelPath { get; init; }

    /// <summary>Gets which runtime runs it, and on what.</summary>
    public OnnxSessionSettings Session { get; init; } = new();

    /// <summary>Gets how the tokens' vectors become one; a model that gives one vector for a text needs none.</summary>
    /// <value>As the model's card says; default <see cref="OnnxPooling.Mean"/>.</value>
    public OnnxPooling Pooling { get; init; } = OnnxPooling.Mean;

    /// <summary>Gets whether vectors are made as long as 1.</summary>
    /// <value>Default true.</value>
    public bool Normalizes { get; init; } = true;

    /// <summary>Gets how many tokens are read, special ones included; of a longer text the head and the tail.</summary>
    /// <value>At least 3; never more than the model can take; null means as many as that; default null.</value>
    public int? MaxTokens { get; init; }

    /// <summary>Gets how many texts become one run at most.</summary>
    /// <value>At least 1; default 16.</value>
    public int MaxBatch { get; init; } = 16;

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (string.IsNullOrWhiteSpace(ModelPath))
        {
            yield return "ModelPath is missing; it must name the folder of a model.";
        }

        if (MaxTokens < 3)
        {
            yield return FormattableString.Invariant($"MaxTokens is {MaxTokens}; it must be at least 3, or left out.");
        }

        if (MaxBatch is < 1 or > 1024)
        {
            yield return FormattableString.Invariant($"MaxBatch is {MaxBatch}; it must be between 1 and 1,024.");
        }

        foreach (string error in Session.FindErrors())
        {
            yield return error;
        }
    }
}
