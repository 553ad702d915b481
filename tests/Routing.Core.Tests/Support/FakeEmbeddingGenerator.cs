using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Support;

/// <summary>Makes embeddings of which tests know what is near what: one dimension for each word that it was told of, and one for all others.</summary>
internal sealed class FakeEmbeddingGenerator(params string[] words) : IEmbeddingGenerator<string, Embedding<float>>
{
    /// <summary>Every text that was asked for, in order.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>Runs before each answer.</summary>
    public Func<CancellationToken, Task>? OnCall { get; set; }

    /// <summary>Changes each vector.</summary>
    public Func<float[], float[]> Change { get; set; } = static vector => vector;

    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        string[] texts = [.. values];
        lock (Asked)
        {
            Asked.AddRange(texts);
        }

        if (OnCall is not null)
        {
            await OnCall(cancellationToken);
        }

        return [.. texts.Select(text => new Embedding<float>(Change(Embed(text))))];
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
    }

    private float[] Embed(string text)
    {
        float[] vector = new float[words.Length + 1];
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            int index = Array.IndexOf(words, word);
            vector[index < 0 ? words.Length : index]++;
        }

        return vector;
    }
}
