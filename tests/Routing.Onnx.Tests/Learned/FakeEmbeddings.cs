using LlmRouting.Onnx.Tests.Training;
using Microsoft.Extensions.AI;

namespace LlmRouting.Onnx.Tests.Learned;

/// <summary>Embeds texts as <see cref="SyntheticEmbeddings"/> does: those with the word "hard" as hard ones.</summary>
internal sealed class FakeEmbeddings : IEmbeddingGenerator<string, Embedding<float>>
{
    private int _calls;

    /// <summary>Every text that was asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    public int Calls => _calls;

    /// <summary>Runs before each answer.</summary>
    public Func<CancellationToken, Task>? OnCall { get; set; }

    /// <summary>Changes each vector.</summary>
    public Func<float[], float[]> Change { get; set; } = static vector => vector;

    /// <summary>What it says of itself.</summary>
    public EmbeddingGeneratorMetadata? Metadata { get; set; }

    public bool IsDisposed { get; private set; }

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] texts = [.. values];
        Interlocked.Increment(ref _calls);
        lock (Asked)
        {
            Asked.AddRange(texts);
        }

        if (OnCall is not null)
        {
            await OnCall(cancellationToken);
        }

        return [.. texts.Select(text => new Embedding<float>(Change(SyntheticEmbeddings.Embed(text, text.Contains("hard", StringComparison.Ordinal)))))];
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType == typeof(EmbeddingGeneratorMetadata) ? Metadata : null;

    public void Dispose() => IsDisposed = true;
}
