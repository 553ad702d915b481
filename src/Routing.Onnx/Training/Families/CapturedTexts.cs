using System.Security.Cryptography;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Holds the features of many texts, one after another.</summary>
internal sealed class CapturedTexts
{
    private readonly HashedFeatures[] _features;

    public CapturedTexts(IReadOnlyList<LabelledRequest> requests, FeatureHasherSettings settings, Work work)
    {
        var hasher = new FeatureHasher(settings);
        _features = new HashedFeatures[requests.Count];
        work.For(requests.Count, i => _features[i] = requests[i].Features ?? hasher.Hash(requests[i].Text));
    }

    private CapturedTexts(HashedFeatures[] features) => _features = features;

    public int Count => _features.Length;

    public ReadOnlySpan<int> Indices(int text) => _features[text].Indices.AsSpan();

    public ReadOnlySpan<int> Counts(int text) => _features[text].Counts.AsSpan();

    public ReadOnlySpan<float> Dense(int text) => _features[text].Dense.AsSpan();

    public CapturedTexts Take(IEnumerable<int> texts) => new([.. texts.Select(text => _features[text])]);

    public CapturedTexts And(CapturedTexts others) => new([.. _features, .. others._features]);

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
