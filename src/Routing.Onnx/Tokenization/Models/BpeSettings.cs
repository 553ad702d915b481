namespace LlmRouting.Onnx.Tokenization.Models;

/// <summary>The switches of a BPE model.</summary>
internal sealed record BpeSettings
{
    /// <summary>The id of what the vocabulary lacks; null drops it.</summary>
    internal int? UnknownId { get; init; }

    /// <summary>Whether neighbours that the vocabulary lacks are one unknown.</summary>
    internal bool FusesUnknown { get; init; }

    /// <summary>Whether a piece that is a token as it stands is taken without merging.</summary>
    internal bool IgnoresMerges { get; init; }

    /// <summary>Whether what the vocabulary lacks is written byte by byte.</summary>
    internal bool HasByteFallback { get; init; }

    /// <summary>What stands before every symbol of a word but the first.</summary>
    internal string ContinuingPrefix { get; init; } = "";

    /// <summary>What stands after the last symbol of a word.</summary>
    internal string EndSuffix { get; init; } = "";
}
