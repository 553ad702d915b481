using System.Collections.Immutable;
using Microsoft.Extensions.AI;

namespace LlmRouting.Onnx.Training.Data;

/// <summary>Gives labelled requests their embeddings, before a router is trained on them.</summary>
public static class LabelledRequestEmbedding
{
    /// <summary>How much of a text is embedded, in UTF-16 code units: half from its head and half from its tail.</summary>
    public const int MaxCharacters = 2048;

    /// <summary>Embeds the requests' texts.</summary>
    /// <param name="requests">The requests. One that has an embedding keeps it.</param>
    /// <param name="generator">What embeds them; never disposed here. What routes later must be given the same model. Give its id to <see cref="TrainerOptions.EmbeddingModelId"/>.</param>
    /// <param name="batchSize">How many texts a call embeds, at least 1; default 64.</param>
    /// <param name="progress">Told after each call; null tells nobody.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The requests with their embeddings, in the order in which they came.</returns>
    /// <remarks>One call after another. A call that fails ends the work: what retries belongs into the generator.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="requests"/> or <paramref name="generator"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">A request has neither a text nor an embedding.</exception>
    /// <exception cref="InvalidOperationException">The generator returned too few or too many embeddings, or one that is empty, zero or not finite.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public static async Task<ImmutableArray<LabelledRequest>> WithEmbeddingsAsync(
        this IReadOnlyList<LabelledRequest> requests,
        IEmbeddingGenerator<string, Embedding<float>> generator,
        int batchSize = 64,
        IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        LabelledRequest[] embedded = [.. requests];
        int[] missing = [.. Enumerable.Range(0, embedded.Length).Where(i => embedded[i].Embedding.IsDefaultOrEmpty)];
        foreach (int i in missing)
        {
            if (string.IsNullOrWhiteSpace(embedded[i].Text))
            {
                throw new ArgumentException($"The request '{embedded[i].Id}' has neither a text nor an embedding; embed texts before their features are captured in their place.", nameof(requests));
            }
        }

        for (int from = 0; from < missing.Length; from += batchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] batch = missing[from..Math.Min(from + batchSize, missing.Length)];
            string[] texts = [.. batch.Select(i => TextOf(embedded[i].Text!))]; // None is null: looked at above.
            GeneratedEmbeddings<Embedding<float>> made = await generator.GenerateAsync(texts, null, cancellationToken).ConfigureAwait(false);
            if (made.Count != texts.Length)
            {
                throw new InvalidOperationException($"The embedding generator was given {texts.Length} texts and returned {made.Count} embeddings.");
            }

            for (int i = 0; i < batch.Length; i++)
            {
                ReadOnlySpan<float> vector = made[i].Vector.Span;
                embedded[batch[i]] = EmbeddingCheck.FindError(vector) is { } error
                    ? throw new InvalidOperationException($"What the embedding generator returned for '{embedded[batch[i]].Id}' {error}.")
                    : embedded[batch[i]] with { Embedding = [.. vector] };
            }

            progress?.Report(new TrainingProgress("embeddings", (double)(from + batch.Length) / missing.Length));
        }

        return [.. embedded];
    }

    /// <summary>Gets the part of a text that is embedded, at training and at use.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The text itself, up to <see cref="MaxCharacters"/>; of a longer one its head and its tail. No character is cut in two.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
    public static string TextOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= MaxCharacters)
        {
            return text;
        }

        int head = MaxCharacters / 2;
        int tail = text.Length - head;
        head -= char.IsHighSurrogate(text[head - 1]) ? 1 : 0;
        tail += char.IsLowSurrogate(text[tail]) ? 1 : 0;
        return string.Concat(text.AsSpan(0, head), text.AsSpan(tail));
    }
}
