using System.Numerics.Tensors;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tokenization;
using Microsoft.Extensions.AI;

namespace LlmRouting.Onnx.Embeddings;

/// <summary>Embeds texts with an exported encoder, in process.</summary>
/// <remarks>Thread-safe. Works on the caller's thread: the task that it returns has ended already. Serves <c>AddSemanticClassifier</c> as it is.</remarks>
public sealed class OnnxEmbeddingGenerator : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EncoderSession _session;
    private readonly TokenEncoder _encoder;
    private readonly OnnxEmbeddingSettings _settings;

    private OnnxEmbeddingGenerator(EncoderSession session, TokenEncoder encoder, OnnxEmbeddingSettings settings, int dimensions)
    {
        _session = session;
        _encoder = encoder;
        _settings = settings;
        Dimensions = dimensions;
    }

    /// <summary>Gets how many numbers an embedding has.</summary>
    public int Dimensions { get; }

    /// <summary>Gets what the model runs on.</summary>
    /// <value>Never <see cref="OnnxDevice.Auto"/>.</value>
    public OnnxDevice Device => _session.Device;

    /// <summary>Gets why other devices were passed over.</summary>
    /// <value>null when none was.</value>
    public string? FallbackReason => _session.Reason;

    /// <summary>Loads a model and runs it once.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="tokenizer">The tokenizer; null reads the one that lies with the model; default null.</param>
    /// <returns>The generator.</returns>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="OnnxRuntimeException">The library, the model or the device is missing or cannot be used; the message says which and why.</exception>
    /// <exception cref="TokenizerException">The tokenizer is missing or of an unknown kind.</exception>
    public static OnnxEmbeddingGenerator Load(OnnxEmbeddingSettings settings, ITextTokenizer? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.FindErrors().FirstOrDefault() is { } error)
        {
            throw new ArgumentException(error, nameof(settings));
        }

        OrtRuntime.Load(settings.Session.LibraryPath); // without it, nothing else matters
        ModelFiles files = ModelFiles.Find(settings.ModelPath);
        tokenizer ??= HuggingFaceTokenizer.Load(files.Folder);
        int? limit = TokenLimit.Smallest(settings.MaxTokens, tokenizer.MaxTokens, ModelConfiguration.LoadMaxTokens(files.Folder));
        TokenEncoder encoder = new(tokenizer, new TokenEncoderSettings { MaxTokens = limit });
        using EncodedText warmUp = encoder.Encode("Ready?");
        int dimensions = 0;
        EncoderSession session = EncoderSession.Open(
            files.Model,
            ["sentence_embedding", "last_hidden_state", "token_embeddings"],
            settings.Session,
            warmUp,
            batch => dimensions = WidthOf(batch.Result, files.Model),
            TimeProvider.System);
        if (session.Inputs.FixedLength is { } length && length < encoder.MaxTokens)
        {
            encoder = new TokenEncoder(tokenizer, new TokenEncoderSettings { MaxTokens = length });
        }

        return new OnnxEmbeddingGenerator(session, encoder, settings, dimensions);
    }

    /// <inheritdoc/>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        try
        {
            return Task.FromResult(Generate([.. values], cancellationToken));
        }
        catch (OperationCanceledException exception)
        {
            return Task.FromCanceled<GeneratedEmbeddings<Embedding<float>>>(exception.CancellationToken);
        }
        catch (Exception exception)
        {
            return Task.FromException<GeneratedEmbeddings<Embedding<float>>>(exception);
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    private static int WidthOf(OrtTensor result, string model) => result.Rank is 2 or 3
        ? (int)result.Shape[^1]
        : throw new OnnxRuntimeException(
            $"The model '{model}' gives [{string.Join(", ", result.Shape.ToArray())}] numbers; an encoder gives [rows, tokens, size] or [rows, size]. Export it for feature-extraction.");

    private GeneratedEmbeddings<Embedding<float>> Generate(string[] texts, CancellationToken cancellationToken)
    {
        float[][] vectors = new float[texts.Length][];
        int[] order = new int[texts.Length];
        EncodedText[] rows = new EncodedText[texts.Length];
        try
        {
            for (int i = 0; i < texts.Length; i++)
            {
                order[i] = i;
                rows[i] = _encoder.Encode(texts[i]);
            }

            // Those of like length together, so that little is padded.
            Array.Sort(order, (left, right) => rows[left].Length.CompareTo(rows[right].Length));
            int most = _session.Inputs.FixedRows ?? _settings.MaxBatch;
            for (int from = 0; from < order.Length; from += most)
            {
                Embed(order.AsSpan(from, Math.Min(most, order.Length - from)), rows, vectors, cancellationToken);
            }
        }
        finally
        {
            foreach (EncodedText? row in rows)
            {
                row?.Dispose();
            }
        }

        return new(vectors.Select(static vector => new Embedding<float>(vector)));
    }

    private void Embed(ReadOnlySpan<int> order, EncodedText[] rows, float[][] vectors, CancellationToken cancellationToken)
    {
        EncodedText[] together = new EncodedText[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            together[i] = rows[order[i]];
        }

        EncoderBatch batch = _session.Rent();
        try
        {
            _session.Run(batch, together, Timeout.InfiniteTimeSpan, cancellationToken);
            int size = WidthOf(batch.Result, _session.Path);
            ReadOnlySpan<float> values = batch.Result.As<float>();
            int each = values.Length / order.Length;
            for (int i = 0; i < order.Length; i++)
            {
                vectors[order[i]] = Pool(values.Slice(i * each, each), together[i].Length, size);
            }
        }
        finally
        {
            _session.Return(batch);
        }
    }

    private float[] Pool(ReadOnlySpan<float> tokens, int count, int size)
    {
        float[] vector = tokens[..size].ToArray();
        if (_settings.Pooling == OnnxPooling.Mean && tokens.Length > size)
        {
            for (int i = 1; i < count; i++)
            {
                TensorPrimitives.Add(vector, tokens.Slice(i * size, size), vector);
            }

            TensorPrimitives.Divide(vector, count, vector);
        }

        float norm = TensorPrimitives.Norm<float>(vector);
        if (!float.IsFinite(norm))
        {
            throw new OnnxRuntimeException($"The model '{_session.Path}' answered with what is no finite number; its weights or its number type are damaged.");
        }

        if (_settings.Normalizes && norm > 0)
        {
            TensorPrimitives.Divide(vector, norm, vector);
        }

        return vector;
    }
}
