using System.Collections.Immutable;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Inference;

/// <summary>Classifies texts with an exported encoder: <c>model.onnx</c>, its tokenizer and its <c>config.json</c>.</summary>
/// <remarks>
/// Thread-safe. A classification that finds a free place runs on the caller's thread and allocates less than 1 KB. Disposing it while
/// classifications are under way lets those that run end, and fails those that have not begun.
/// </remarks>
public sealed class OnnxTextClassifier : IRowRunner, IDisposable
{
    private readonly EncoderSession _session;
    private readonly TokenEncoder _encoder;
    private readonly ClassifierHead _head;
    private readonly MicroBatcher _batcher;
    private readonly OnnxClassifierSettings _settings;
    private readonly TimeProvider _timeProvider;
    private long _truncations;

    private OnnxTextClassifier(
        EncoderSession session,
        TokenEncoder encoder,
        ModelConfiguration configuration,
        ImmutableArray<double> complexities,
        OnnxClassifierSettings settings,
        TimeProvider timeProvider)
    {
        _session = session;
        _encoder = encoder;
        _settings = settings;
        _timeProvider = timeProvider;
        Labels = configuration.Labels;
        _head = new ClassifierHead(configuration.Head, Labels, complexities, settings.Temperature, settings.RegressionConfidence, session.Path);
        _batcher = new MicroBatcher(
            this, Labels.Length, MicroBatcherSettings.For(settings.Batch, session.Device, session.Inputs.FixedRows, settings.Timeout), timeProvider);
    }

    /// <summary>Gets the model's labels, in the order of its logits.</summary>
    public ImmutableArray<string> Labels { get; }

    /// <summary>Gets what the model runs on.</summary>
    /// <value>Never <see cref="OnnxDevice.Auto"/>.</value>
    public OnnxDevice Device => _session.Device;

    /// <summary>Gets why other devices were passed over.</summary>
    /// <value>null when none was.</value>
    public string? FallbackReason => _session.Reason;

    /// <summary>Gets the model's file.</summary>
    public string ModelPath => _session.Path;

    /// <summary>Gets how many tokens of a text are read, special ones included.</summary>
    public int MaxTokens => _encoder.MaxTokens;

    /// <summary>Gets of how many texts only the head and the tail were read.</summary>
    public long Truncations => Interlocked.Read(ref _truncations);

    /// <summary>Loads a model and runs it once.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="tokenizer">The tokenizer; null reads the one that lies with the model; default null.</param>
    /// <param name="timeProvider">The clock; null means the system's.</param>
    /// <returns>The classifier.</returns>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="OnnxRuntimeException">The library, the model, the device or a file of the model is missing or cannot be used; the message says which and why.</exception>
    /// <exception cref="TokenizerException">The tokenizer is missing or of an unknown kind.</exception>
    /// <remarks>Takes as long as reading the model does. Blocks.</remarks>
    public static OnnxTextClassifier Load(OnnxClassifierSettings settings, ITextTokenizer? tokenizer = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.FindErrors().FirstOrDefault() is { } error)
        {
            throw new ArgumentException(error, nameof(settings));
        }

        timeProvider ??= TimeProvider.System;
        OrtRuntime.Load(settings.Session.LibraryPath); // without it, nothing else matters
        ModelFiles files = ModelFiles.Find(settings.ModelPath);
        ModelConfiguration configuration = ModelConfiguration.Load(files.Folder);
        ImmutableArray<double> complexities = configuration.Head == OnnxHead.Regression ? [] : LabelComplexities.For(configuration.Labels, settings.Labels, files.Model);
        tokenizer ??= HuggingFaceTokenizer.Load(files.Folder);
        TokenEncoder encoder = new(tokenizer, new TokenEncoderSettings
        {
            MaxTokens = TokenLimit.Smallest(settings.MaxTokens, tokenizer.MaxTokens, configuration.MaxTokens),
            MaxCharacters = settings.MaxCharacters,
        });
        using EncodedText warmUp = encoder.Encode("Ready?");
        EncoderSession session = EncoderSession.Open(
            files.Model, ["logits"], settings.Session, warmUp, batch => Check(batch.Result, configuration.Labels.Length, files.Model), timeProvider);
        if (session.Inputs.FixedLength is { } length && length < encoder.MaxTokens)
        {
            encoder = new TokenEncoder(tokenizer, new TokenEncoderSettings { MaxTokens = length, MaxCharacters = settings.MaxCharacters });
        }

        return new OnnxTextClassifier(session, encoder, configuration, complexities, settings, timeProvider);
    }

    /// <summary>Classifies a text.</summary>
    /// <param name="text">The text; any UTF-16.</param>
    /// <param name="probabilities">Receives the probability of each label (a regression's number as it is); empty when nobody wants them; default empty.</param>
    /// <param name="cancellationToken">Stops the model.</param>
    /// <returns>What the model says; null when too many requests wait.</returns>
    /// <exception cref="ArgumentException"><paramref name="probabilities"/> is neither empty nor as long as <see cref="Labels"/>.</exception>
    /// <exception cref="OnnxRuntimeException">The model failed, or answered with what is no number.</exception>
    /// <exception cref="TimeoutException">It took longer than <see cref="OnnxClassifierSettings.Timeout"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The classifier was disposed before.</exception>
    public ValueTask<OnnxTextClassification?> ClassifyAsync(ReadOnlySpan<char> text, Memory<float> probabilities = default, CancellationToken cancellationToken = default)
    {
        if (!probabilities.IsEmpty && probabilities.Length != Labels.Length)
        {
            throw new ArgumentException($"There are {Labels.Length} labels and room for {probabilities.Length} probabilities.", nameof(probabilities));
        }

        cancellationToken.ThrowIfCancellationRequested();
        long started = _timeProvider.GetTimestamp();
        EncodedText row = _encoder.Encode(text);
        bool isTruncated = row.DroppedTokens > 0 || row.DroppedCharacters > 0;
        if (isTruncated)
        {
            Interlocked.Increment(ref _truncations);
        }

        if (!_batcher.TryEnter())
        {
            return WaitAsync(row, isTruncated, started, probabilities, cancellationToken);
        }

        try
        {
            // The labels of a model are few; those of one with thousands go on the heap.
            Span<float> values = Labels.Length <= 64 ? stackalloc float[Labels.Length] : new float[Labels.Length];
            RunOne(row, values, Left(started), cancellationToken);
            return new(Read(values, isTruncated, probabilities));
        }
        finally
        {
            _batcher.Leave();
            row.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    void IRowRunner.Run(ReadOnlySpan<EncodedText> rows, Span<float> outputs, TimeSpan limit, CancellationToken cancellationToken) =>
        Run(rows, outputs, limit, cancellationToken);

    private static void Check(OrtTensor result, int labels, string model)
    {
        if (result.Rank != 2 || result.Shape[1] != labels)
        {
            throw new OnnxRuntimeException(
                $"The model '{model}' gives [{string.Join(", ", result.Shape.ToArray())}] numbers, and its config.json names {labels} labels; it must give [rows, {labels}]. "
                + "Export a sequence classification model together with its configuration.");
        }
    }

    private TimeSpan Left(long started) => _settings.Timeout - _timeProvider.GetElapsedTime(started);

    private void RunOne(EncodedText row, Span<float> values, TimeSpan limit, CancellationToken cancellationToken) =>
        Run(new ReadOnlySpan<EncodedText>(in row), values, limit, cancellationToken);

    private void Run(ReadOnlySpan<EncodedText> rows, Span<float> outputs, TimeSpan limit, CancellationToken cancellationToken)
    {
        EncoderBatch batch = _session.Rent();
        try
        {
            _session.Run(batch, rows, limit, cancellationToken);
            Check(batch.Result, Labels.Length, ModelPath);
            batch.Result.As<float>()[..outputs.Length].CopyTo(outputs);
        }
        finally
        {
            _session.Return(batch);
        }
    }

    private async ValueTask<OnnxTextClassification?> WaitAsync(
        EncodedText row, bool isTruncated, long started, Memory<float> probabilities, CancellationToken cancellationToken)
    {
        TimeSpan left = Left(started);
        if (left <= TimeSpan.Zero)
        {
            row.Dispose();
            throw new TimeoutException($"The model '{ModelPath}' took longer than it may.");
        }

        float[]? values = await _batcher.EnqueueAsync(row, left, cancellationToken).ConfigureAwait(false);
        return values is null ? null : Read(values, isTruncated, probabilities);
    }

    private OnnxTextClassification Read(Span<float> values, bool isTruncated, Memory<float> probabilities)
    {
        OnnxTextClassification answer = _head.Read(values, isTruncated);
        if (!probabilities.IsEmpty)
        {
            values.CopyTo(probabilities.Span);
        }

        return answer;
    }
}
