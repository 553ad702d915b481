using System.Collections.Immutable;
using Microsoft.Extensions.AI;

namespace LlmRouting.Classifiers;

/// <summary>Compares a request with examples of each kind, by the embeddings of both: k nearest neighbours over cosines.</summary>
/// <remarks>
/// <para>Thread-safe. The examples are embedded once, at <see cref="WarmUpAsync"/> or at the first request; a request whose text was seen lately
/// asks the generator nothing. Keeps hashes and embeddings, no text of a request.</para>
/// <para>Abstains, with a confidence of 0, while the generator is left alone after a failure, and when no example is near enough. Throws when
/// the generator fails or is too slow, which a chain of classifiers records and passes over.</para>
/// </remarks>
public sealed class SemanticClassifier : IRequestClassifier
{
    private readonly IEmbeddingGenerator<string, Embedding<float>> _generator;
    private readonly SemanticSettings _settings;
    private readonly TimeProvider _timeProvider;
    private readonly EmbeddingCache _cache;
    private readonly Lock _lock = new();
    private Task<SemanticIndex>? _index;
    private long? _failedAt;

    /// <summary>Creates a classifier; embeds nothing yet.</summary>
    /// <param name="generator">Makes the embeddings; never disposed here.</param>
    /// <param name="settings">The routes and bounds.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <exception cref="ArgumentException">A setting is out of range, or a route has no examples.</exception>
    public SemanticClassifier(IEmbeddingGenerator<string, Embedding<float>> generator, SemanticSettings settings, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.FindErrors().FirstOrDefault() is { } error)
        {
            throw new ArgumentException(error, nameof(settings));
        }

        _generator = generator;
        _settings = settings;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _cache = new EmbeddingCache(settings.CacheSize);
    }

    /// <inheritdoc/>
    public string Name => "semantic";

    internal SemanticSettings Settings => _settings;

    internal IEmbeddingGenerator<string, Embedding<float>> Generator => _generator;

    /// <summary>Embeds the examples now, so that the first request does not wait for it.</summary>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    /// <returns>A task that ends when the classifier is ready, and fails when the generator does; the next call tries again.</returns>
    /// <exception cref="TimeoutException">The generator took longer than <see cref="SemanticSettings.WarmUpTimeout"/>.</exception>
    public Task WarmUpAsync(CancellationToken cancellationToken = default) => Index().WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        string text = request.LastUserText;
        if (string.IsNullOrWhiteSpace(text) || IsResting())
        {
            return new(Classification.Unknown with { Source = Name });
        }

        text = Shorten(text);
        UInt128 key = EmbeddingCache.KeyOf(text);
        return _cache.Find(key) is { } known && Index() is { IsCompletedSuccessfully: true } ready
            ? new(ready.Result.Vote(known, Name))
            : EmbedAsync(text, key, cancellationToken);
    }

    private async ValueTask<Classification> EmbedAsync(string text, UInt128 key, CancellationToken cancellationToken)
    {
        SemanticIndex index = await Index().WaitAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        float[] vector;
        try
        {
            ValueTask<GeneratedEmbeddings<Embedding<float>>> pending = new(_generator.GenerateAsync([text], null, source.Token));
            GeneratedEmbeddings<Embedding<float>> made = await SeamCall.WaitAsync(pending, source, _settings.Timeout, _timeProvider).ConfigureAwait(false);
            vector = UnitVector.From(Only(made, 1)[0].Vector.Span);
            Classification answer = index.Vote(vector, Name);
            _cache.Add(key, vector);
            return answer;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            Rest();
            throw;
        }
    }

    // Shared by all requests, so no single one's cancellation ends it; one that failed is started again, after the rest.
    private Task<SemanticIndex> Index()
    {
        lock (_lock)
        {
            return _index is null or { IsFaulted: true } or { IsCanceled: true } ? _index = BuildAsync() : _index;
        }
    }

    private async Task<SemanticIndex> BuildAsync()
    {
        // Off the caller's stack and out of the lock, even when the generator answers at once.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using CancellationTokenSource source = new();
        try
        {
            string[] examples = [.. _settings.Routes.SelectMany(static route => route.Examples)];
            ValueTask<GeneratedEmbeddings<Embedding<float>>> pending = new(_generator.GenerateAsync(examples, null, source.Token));
            GeneratedEmbeddings<Embedding<float>> made = await SeamCall.WaitAsync(pending, source, _settings.WarmUpTimeout, _timeProvider).ConfigureAwait(false);
            _ = Only(made, examples.Length);
            ImmutableArray<(float[] Vector, int Route)>.Builder vectors = ImmutableArray.CreateBuilder<(float[], int)>(examples.Length);
            for (int route = 0; route < _settings.Routes.Length; route++)
            {
                for (int i = _settings.Routes[route].Examples.Length; i > 0; i--)
                {
                    vectors.Add((UnitVector.From(made[vectors.Count].Vector.Span), route));
                }
            }

            return new SemanticIndex(_settings, vectors.ToImmutable());
        }
        catch (Exception)
        {
            Rest();
            throw;
        }
    }

    private static GeneratedEmbeddings<Embedding<float>> Only(GeneratedEmbeddings<Embedding<float>> made, int count) => made.Count == count
        ? made
        : throw new InvalidOperationException($"The embedding generator was given {count} texts and returned {made.Count} embeddings.");

    private string Shorten(string text) => text.Length <= _settings.MaxCharacters
        ? text
        : string.Concat(text.AsSpan(0, _settings.MaxCharacters / 2), text.AsSpan(text.Length - (_settings.MaxCharacters / 2)));

    private void Rest()
    {
        lock (_lock)
        {
            _failedAt = _timeProvider.GetTimestamp();
        }
    }

    private bool IsResting()
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
