using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training;

/// <summary>Says what a router was trained on and how the families of models did.</summary>
/// <remarks>Immutable. Its held-out scores chose the blend, so they flatter it slightly: state figures from rows that training never saw.</remarks>
public sealed record TrainingReport
{
    /// <summary>Gets how many requests taught the target.</summary>
    public required int Requests { get; init; }

    /// <summary>Gets how many of <see cref="Requests"/> have a result for some of the target's models only.</summary>
    /// <remarks>What only the answering model's result tells is biased by whoever chose that model; prefer full labels where there are some.</remarks>
    public required int PartialRequests { get; init; }

    /// <summary>Gets how many further requests lacked the target and taught words and difficulty only.</summary>
    public required int AuxiliaryRequests { get; init; }

    /// <summary>Gets how many requests were left out because an equal text with equal labels was there already.</summary>
    public required int Duplicates { get; init; }

    /// <summary>Gets how each family did.</summary>
    public required ImmutableArray<FamilyScore> Families { get; init; }

    /// <summary>Gets how the blend did on held-out requests, measured as <see cref="FamilyScore.HeldOut"/>.</summary>
    public required double HeldOut { get; init; }

    /// <summary>Gets what names the training requests without holding them: SHA-256 over their features and labels, in hexadecimal.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Gets what became of the requests' embeddings.</summary>
    /// <value>Null where they had none, and for a router that was loaded and needs none.</value>
    public EmbeddingReport? Embedding { get; init; }

    /// <summary>Gets how long training took; not part of the router's identity.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Gets what whoever uses the router should know.</summary>
    /// <value>Sentences: few labels, partial labels, one class.</value>
    public required ImmutableArray<string> Warnings { get; init; }
}
