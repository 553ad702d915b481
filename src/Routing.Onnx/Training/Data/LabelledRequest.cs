using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Learning;

namespace LlmRouting.Onnx.Training.Data;

/// <summary>Holds one request of the past together with what is known of its answers: what a router learns from.</summary>
/// <remarks>Immutable. Has a text, or the features that were captured of one.</remarks>
public sealed record LabelledRequest
{
    /// <summary>Gets what the request is called in its file.</summary>
    /// <value>Never empty; the file's name and line where the file names none.</value>
    public required string Id { get; init; }

    /// <summary>Gets what was asked.</summary>
    /// <value>Null when only <see cref="Features"/> were kept.</value>
    public string? Text { get; init; }

    /// <summary>Gets the features that were captured in place of the text.</summary>
    /// <value>Null when there is a text.</value>
    public HashedFeatures? Features { get; init; }

    /// <summary>Gets how well each model answered.</summary>
    /// <value>Model to 0 (wrong, useless) .. 1 (right, good). A model that did not answer is not in it: labels may be partial.</value>
    public FrozenDictionary<string, double> Scores { get; init; } = FrozenDictionary<string, double>.Empty;

    /// <summary>Gets what each model's answer cost.</summary>
    /// <value>Model to USD; null, or absent, is unknown.</value>
    public FrozenDictionary<string, double?> Costs { get; init; } = FrozenDictionary<string, double?>.Empty;

    /// <summary>Gets the complexity class, where somebody assigned one.</summary>
    /// <value><c>simple</c>, <c>complex</c>, another word, or null.</value>
    public string? Label { get; init; }

    /// <summary>Gets which part of its file the request belongs to.</summary>
    /// <value><c>train</c>, <c>valid</c>, <c>test</c>, another word, or null.</value>
    public string? Split { get; init; }

    /// <summary>Gets the subject that the request belongs to; requests of one subject teach each other what to expect.</summary>
    /// <value>Null when unknown.</value>
    public string? Group { get; init; }

    /// <summary>Gets what an embedding model makes of the text; all requests of a training have one of the same length, or none has.</summary>
    /// <value>Finite numbers, not all of them 0; empty, the default, is none. It tells nearly as much as the text does: keep it as carefully.</value>
    public ImmutableArray<float> Embedding { get; init; } = [];
}
