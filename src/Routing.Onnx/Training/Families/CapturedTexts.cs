using System.Collections.Immutable;
using System.Security.Cryptography;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Holds the features of many texts, one after another.</summary>
internal sealed class CapturedTexts
{
    private readonly HashedFeatures[] _features;
    private readonly ImmutableArray<float>[] _embeddings;

    public CapturedTexts(IReadOnlyList<LabelledRequest> requests, FeatureHasherSettings settings, Work work)
    {
        var hasher = new FeatureHasher(settings);
        _features = new HashedFeatures[requests.Count];
        work.For(requests.Count, i => _features[i] = requests[i].Features ?? hasher.Hash(requests[i].Text));
        _embeddings = [.. requests.Select(static request => request.Embedding)];
    }

    private CapturedTexts(HashedFeatures[] features, ImmutableArray<float>[] embeddings)
    {
        _features = features;
        _embeddings = embeddings;
    }

    public int Count => _features.Length;

    public ReadOnlySpan<int> Indices(int text) => _features[text].Indices.AsSpan();

    public ReadOnlySpan<int> Counts(int text) => _features[text].Counts.AsSpan();

    public ReadOnlySpan<float> Dense(int text) => _features[text].Dense.AsSpan();

    /// <summary>Gets what came beside a text; empty where there is none.</summary>
    public ReadOnlySpan<float> Embedding(int text) => _embeddings[text].AsSpan();

    public CapturedTexts Take(ReadOnlySpan<int> texts)
    {
        HashedFeatures[] features = new HashedFeatures[texts.Length];
        ImmutableArray<float>[] embeddings = new ImmutableArray<float>[texts.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            (features[i], embeddings[i]) = (_features[texts[i]], _embeddings[texts[i]]);
        }

        return new(features, embeddings);
    }

    public CapturedTexts And(CapturedTexts others) => new([.. _features, .. others._features], [.. _embeddings, .. others._embeddings]);

    /// <summary>Names a text's features by a hash.</summary>
    public UInt128 Fingerprint(int text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Indices(text)));
        sha.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(Counts(text)));
        sha.GetHashAndReset(hash);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
