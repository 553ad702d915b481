using LlmRouting.Classifiers;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;
using Microsoft.Extensions.AI;

namespace LlmRouting.Onnx.Learned;

/// <summary>Asks for a request's embedding: no longer than it may take, not twice for one text, and not at all for a while after a failure.</summary>
/// <remarks>Thread-safe. Keeps hashes and embeddings, no text.</remarks>
internal sealed class RequestEmbedder
{
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly LearnedEmbeddingSettings _settings;
    private readonly TimeProvider _timeProvider;
    private readonly EmbeddingCache _cache;
    private readonly EmbeddingGeneratorMetadata? _metadata;
    private readonly Lock _lock = new();
    private long? _failedAt;
    private int? _length;

    public RequestEmbedder(IEmbeddingGenerator<string, Embedding<float>> generator, LearnedEmbeddingSettings settings, TimeProvider timeProvider)
    {
        settings.Validate();
        _generator = generator;
        _settings = settings;
        _timeProvider = timeProvider;
        _cache = new EmbeddingCache(settings.CacheSize);
        _metadata = generator.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata;
        _length = _metadata?.DefaultModelDimensions;
    }

    /// <summary>Gets whether the generator is left alone after a failure.</summary>
    public bool IsResting
    {
        get
        {
            lock (_lock)
            {
                if (_failedAt is { } failedAt && _timeProvider.GetElapsedTime(failedAt) < _settings.RetryAfter)
                {
                    return true;
                }

                _failedAt = null;
                return false;
            }
        }
    }

    /// <summary>Checks that a router gets the embeddings that it needs: of the length that the generator names or, where it names none, of the first router's.</summary>
    /// <param name="router">The router.</param>
    /// <param name="embedder">What asks for them; null where there is no generator.</param>
    /// <exception cref="ArgumentException">There is no generator, or it is another one than at training.</exception>
    public static void ThrowIfUnfit(TrainedRouter router, RequestEmbedder? embedder)
    {
        if (router.EmbeddingLength == 0)
        {
            return;
        }

        if (embedder is null)
        {
            throw new ArgumentException(
                $"The router was trained with embeddings of {router.EmbeddingLength} numbers{Named(router)}, and there is no generator of embeddings. Give the one that embedded the training requests, "
                + "or register it (IEmbeddingGenerator<string, Embedding<float>>) and restart.",
                nameof(router));
        }

        if (router.Report.Embedding?.ModelId is { } trained && embedder._metadata?.DefaultModelId is { } given && !string.Equals(trained, given, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException(
                $"The router was trained with embeddings of '{trained}'; the generator is '{given}'. Numbers of another model mean something else. Give the generator of the training, or train again.",
                nameof(router));
        }

        lock (embedder._lock)
        {
            embedder._length ??= router.EmbeddingLength;
            if (embedder._length != router.EmbeddingLength)
            {
                throw new ArgumentException(
                    $"The router was trained with embeddings of {router.EmbeddingLength} numbers{Named(router)}; the generator makes embeddings of {embedder._length}. Give the generator of the training and restart, or train again.",
                    nameof(router));
            }
        }
    }

    /// <summary>Gets the embedding of a text that was asked for lately; null where it was not.</summary>
    public float[]? Find(string text) => _cache.Find(EmbeddingCache.KeyOf(LabelledRequestEmbedding.TextOf(text)));

    /// <summary>Asks for a text's embedding.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">How many numbers the router needs.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>A vector of length 1.</returns>
    /// <exception cref="TimeoutException">It did not come in time.</exception>
    /// <exception cref="InvalidDataException">What came does not fit: it has another length, or no direction.</exception>
    public async ValueTask<float[]> EmbedAsync(string text, int length, CancellationToken cancellationToken)
    {
        string read = LabelledRequestEmbedding.TextOf(text);
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            ValueTask<GeneratedEmbeddings<Embedding<float>>> pending = new(_generator.GenerateAsync([read], null, source.Token));
            GeneratedEmbeddings<Embedding<float>> made = await SeamCall.WaitAsync(pending, source, _settings.Timeout, _timeProvider).ConfigureAwait(false);
            if (made.Count != 1 || made[0].Vector.Length != length)
            {
                throw new InvalidDataException(
                    $"The embedding generator was given 1 text and returned {made.Count} embeddings{(made.Count == 0 ? "" : $", the first of {made[0].Vector.Length} numbers")}; the router was trained with embeddings of {length}.");
            }

            if (EmbeddingCheck.FindError(made[0].Vector.Span) is { } error)
            {
                throw new InvalidDataException($"The embedding that the generator returned {error}.");
            }

            float[] vector = UnitVector.From(made[0].Vector.Span);
            _cache.Add(EmbeddingCache.KeyOf(read), vector);
            return vector;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            lock (_lock)
            {
                _failedAt = _timeProvider.GetTimestamp();
            }

            throw;
        }
    }

    private static string Named(TrainedRouter router) => router.Report.Embedding?.ModelId is { } id ? $" by '{id}'" : "";
}
