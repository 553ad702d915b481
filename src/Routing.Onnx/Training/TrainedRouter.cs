using System.Collections.Immutable;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Export;
using LlmRouting.Onnx.Training.Model;

namespace LlmRouting.Onnx.Training;

/// <summary>Scores requests with what was learned.</summary>
/// <remarks>Immutable and thread-safe. Scoring allocates nothing once warm.</remarks>
public sealed class TrainedRouter
{
    // Need and the two chances that it may be the difference of.
    private const int MostForFirst = 3;

    [ThreadStatic]
    private static FeatureBuffer? buffer;

    private readonly FeatureHasher _hasher;

    internal TrainedRouter(TrainingTarget target, TrainingReport report, RouterModel model)
    {
        Target = target;
        Report = report;
        Model = model;
        _hasher = new FeatureHasher(model.Lexicon.Features);
        Outputs = target.Kind switch
        {
            TrainingTargetKind.Pair => ["need", .. target.Models],
            TrainingTargetKind.Pool => target.Models,
            _ => ["complex"],
        };
    }

    /// <summary>Gets what was learned to tell.</summary>
    public TrainingTarget Target { get; }

    /// <summary>Gets what was trained on, and how it did.</summary>
    public TrainingReport Report { get; }

    /// <summary>Gets the thresholds that were saved with the router.</summary>
    /// <value>Whatever names were given to <see cref="Save(Stream, IReadOnlyDictionary{string, double})"/>; empty before.</value>
    public ImmutableDictionary<string, double> Thresholds { get; init; } = ImmutableDictionary<string, double>.Empty;

    internal RouterModel Model { get; }

    /// <summary>Gets what each score means, in order.</summary>
    /// <value>
    /// For a pair <c>need</c> (orders requests by how much they need the strong model, higher is more), then the strong and the weak model's
    /// chance of a good answer; for a pool each model's chance; for complexity <c>complex</c>, 0 (simple) to 1.
    /// </value>
    public ImmutableArray<string> Outputs { get; }

    /// <summary>Gets whether it expects what calls of <see cref="TrainingTarget.Models"/> cost, from the words.</summary>
    /// <value>False where the costs of the training requests follow from their lengths, or were known for fewer than 100 of them.</value>
    public bool TellsCosts => Model.Costs is not null;

    /// <summary>Gets how many numbers the embedding has that comes with each text.</summary>
    /// <value>0, where the router needs none: it was trained without embeddings, or they did not help (<see cref="TrainingReport.Embedding"/>).</value>
    public int EmbeddingLength => Model.Lexicon.Embedding?.Length ?? 0;

    /// <summary>Scores a text.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="InvalidOperationException">The router needs an embedding (<see cref="EmbeddingLength"/>).</exception>
    public void Score(ReadOnlySpan<char> text, Span<double> destination)
    {
        ThrowIfNeedsEmbedding();
        FeatureBuffer features = Read(text);
        Score(features.Indices, features.Counts, features.Dense, default, destination);
    }

    /// <summary>Scores a text by its words and its embedding.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="embedding">What the model that embedded the training requests makes of it (<see cref="LabelledRequestEmbedding.TextOf"/> says of which part): <see cref="EmbeddingLength"/>
    /// numbers. Not looked at by a router that needs none.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or <paramref name="embedding"/> has another length, or no direction: a number that is not finite, or zeros alone.</exception>
    public void Score(ReadOnlySpan<char> text, ReadOnlySpan<float> embedding, Span<double> destination)
    {
        ThrowUnlessFits(embedding);
        FeatureBuffer features = Read(text);
        Score(features.Indices, features.Counts, features.Dense, embedding, destination);
    }

    /// <summary>Scores a text, and tells how far to believe the scores.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <param name="knownShare">How much of the text's wording the training requests had, 0 (none of it) to 1: on unknown wording the scores are little more
    /// than a guess from its length and form.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="InvalidOperationException">The router needs an embedding (<see cref="EmbeddingLength"/>).</exception>
    public void Score(ReadOnlySpan<char> text, Span<double> destination, out double knownShare)
    {
        ThrowIfNeedsEmbedding();
        Score(text, default, destination, default, out knownShare);
    }

    /// <summary>Scores a text, and tells what calls are expected to cost and how far to believe it.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <param name="costsUsd">Receives one cost in USD for each of the target's models, 0 or more; NaN where it is unknown, and for all where <see cref="TellsCosts"/> is false.</param>
    /// <param name="knownShare">How much of the text's wording the training requests had, 0 to 1.</param>
    /// <exception cref="ArgumentException">A destination is too short.</exception>
    /// <exception cref="InvalidOperationException">The router needs an embedding (<see cref="EmbeddingLength"/>).</exception>
    public void Score(ReadOnlySpan<char> text, Span<double> destination, Span<double> costsUsd, out double knownShare)
    {
        ThrowIfNeedsEmbedding();
        Score(text, default, destination, Room(costsUsd), out knownShare);
    }

    /// <summary>Scores a labelled request, by its text or its captured features, and its embedding where the router needs one.</summary>
    /// <param name="request">The request; its labels are not looked at.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    /// <exception cref="ArgumentException">The destination is too short, the request has neither text nor features, or features of another version, or lacks an embedding that fits.</exception>
    public void Score(LabelledRequest request, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(request);
        ScoreRequest(request, destination, default);
    }

    /// <summary>Scores a labelled request, and tells what calls are expected to cost.</summary>
    /// <param name="request">The request; its labels are not looked at.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <param name="costsUsd">Receives one cost in USD for each of the target's models; NaN where it is unknown, and for all where <see cref="TellsCosts"/> is false.</param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is null.</exception>
    /// <exception cref="ArgumentException">A destination is too short, the request has neither text nor features, or features of another version, or lacks an embedding that fits.</exception>
    public void Score(LabelledRequest request, Span<double> destination, Span<double> costsUsd)
    {
        ArgumentNullException.ThrowIfNull(request);
        ScoreRequest(request, destination, Room(costsUsd));
    }

    /// <summary>Scores captured features.</summary>
    /// <param name="features">The features.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short, or the features have another version.</exception>
    /// <exception cref="InvalidOperationException">The router needs an embedding (<see cref="EmbeddingLength"/>).</exception>
    public void Score(HashedFeatures features, Span<double> destination)
    {
        ArgumentNullException.ThrowIfNull(features);
        ThrowIfNeedsEmbedding();
        ThrowUnlessKnown(features);
        Score(features.Indices.AsSpan(), features.Counts.AsSpan(), features.Dense.AsSpan(), default, destination);
    }

    /// <summary>Scores a text by the first of <see cref="Outputs"/> alone.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <exception cref="InvalidOperationException">The router needs an embedding (<see cref="EmbeddingLength"/>).</exception>
    public double Score(ReadOnlySpan<char> text)
    {
        ThrowIfNeedsEmbedding();
        Span<double> scores = stackalloc double[MostForFirst];
        FeatureBuffer features = Read(text);
        ScoreFirst(features.Indices, features.Counts, features.Dense, default, scores);
        return scores[0];
    }

    /// <summary>Loads a router from the ONNX file that it was saved as, without ONNX Runtime.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is no router, is damaged, or has features of a version that this library does not know.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static TrainedRouter Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RouterFile.Read(File.ReadAllBytes(path));
    }

    /// <summary>Loads a router from the bytes of the ONNX file that it was saved as.</summary>
    /// <param name="stream">The bytes, read to their end; left open.</param>
    /// <exception cref="InvalidDataException">It is no router, is damaged, or has features of a version that this library does not know.</exception>
    public static TrainedRouter Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return RouterFile.Read(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    /// <summary>Saves the router as one self-describing ONNX file.</summary>
    /// <param name="path">The file; written anew.</param>
    /// <param name="thresholds">Thresholds to keep with it; null keeps <see cref="Thresholds"/>.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string path, IReadOnlyDictionary<string, double>? thresholds = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        File.WriteAllBytes(path, RouterFile.Write(this, thresholds ?? Thresholds));
    }

    /// <summary>Saves the router as one self-describing ONNX file.</summary>
    /// <param name="stream">Where it goes; left open.</param>
    /// <param name="thresholds">Thresholds to keep with it; null keeps <see cref="Thresholds"/>.</param>
    public void Save(Stream stream, IReadOnlyDictionary<string, double>? thresholds = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(RouterFile.Write(this, thresholds ?? Thresholds));
    }

    // The lexicon keeps no words.
    private FeatureBuffer Read(ReadOnlySpan<char> text)
    {
        FeatureBuffer features = buffer ??= new FeatureBuffer();
        _hasher.HashGrams(text, features);
        return features;
    }

    /// <summary>Scores by the first of <see cref="Outputs"/> alone, which takes less time than all of them.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="embedding">Its embedding, which fits; not looked at by a router that needs none.</param>
    /// <param name="knownShare">How much of the text's wording the training requests had, 0 to 1.</param>
    internal double Score(ReadOnlySpan<char> text, ReadOnlySpan<float> embedding, out double knownShare)
    {
        Span<double> scores = stackalloc double[MostForFirst];
        FeatureBuffer features = Read(text);
        knownShare = Model.Lexicon.KnownShare(features.Indices);
        ScoreFirst(features.Indices, features.Counts, features.Dense, embedding, scores);
        return scores[0];
    }

    /// <summary>Scores a text whose embedding fits, and tells how far to believe the scores.</summary>
    /// <param name="text">The text; may be empty.</param>
    /// <param name="embedding">Its embedding, which fits; not looked at by a router that needs none.</param>
    /// <param name="destination">Receives one score for each of <see cref="Outputs"/>.</param>
    /// <param name="costsUsd">Receives what calls are expected to cost, where it is known; empty when nobody asks.</param>
    /// <param name="knownShare">How much of the text's wording the training requests had, 0 to 1.</param>
    internal void Score(ReadOnlySpan<char> text, ReadOnlySpan<float> embedding, Span<double> destination, Span<double> costsUsd, out double knownShare)
    {
        FeatureBuffer features = Read(text);
        knownShare = Model.Lexicon.KnownShare(features.Indices);
        Score(features.Indices, features.Counts, features.Dense, embedding, destination, costsUsd);
    }

    /// <summary>Tells how much of a text's wording the training requests had, 0 to 1.</summary>
    internal double KnownShare(ReadOnlySpan<char> text) => Model.Lexicon.KnownShare(Read(text).Indices);

    private void ScoreRequest(LabelledRequest request, Span<double> destination, Span<double> costsUsd)
    {
        ReadOnlySpan<float> embedding = request.Embedding.AsSpan();
        ThrowUnlessFits(embedding);
        if (request.Text is { } text)
        {
            FeatureBuffer read = Read(text);
            Score(read.Indices, read.Counts, read.Dense, embedding, destination, costsUsd);
            return;
        }

        HashedFeatures features = request.Features ?? throw new ArgumentException($"The request '{request.Id}' has neither a text nor captured features.", nameof(request));
        ThrowUnlessKnown(features);
        Score(features.Indices.AsSpan(), features.Counts.AsSpan(), features.Dense.AsSpan(), embedding, destination, costsUsd);
    }

    private void ThrowIfNeedsEmbedding()
    {
        if (EmbeddingLength > 0)
        {
            throw new InvalidOperationException($"The router was trained with embeddings of {EmbeddingLength} numbers; give each text's embedding, too.");
        }
    }

    private void ThrowUnlessFits(ReadOnlySpan<float> embedding)
    {
        if (EmbeddingLength == 0)
        {
            return;
        }

        if (embedding.Length != EmbeddingLength)
        {
            throw new ArgumentException($"The embedding has {embedding.Length} numbers; the router was trained with embeddings of {EmbeddingLength}.", nameof(embedding));
        }

        if (EmbeddingCheck.FindError(embedding) is { } error)
        {
            throw new ArgumentException($"The embedding {error}; it cannot be scored.", nameof(embedding));
        }
    }

    private void ThrowUnlessKnown(HashedFeatures features)
    {
        if (features.Version != FeatureHasher.FeatureVersion || (features.Indices is [.., var last] && last >= Model.Lexicon.Rows.Length))
        {
            throw new ArgumentException("The features were captured by another version, or with other settings, than the router was trained with.", nameof(features));
        }
    }

    private Span<double> Room(Span<double> costsUsd)
    {
        if (costsUsd.Length < Target.Models.Length)
        {
            throw new ArgumentException($"There is room for {costsUsd.Length} costs; the router is for {Target.Models.Length} models.", nameof(costsUsd));
        }

        Span<double> costs = costsUsd[..Target.Models.Length];
        costs.Fill(double.NaN);
        return costs;
    }

    private bool IsDifference => Model.Targets < Outputs.Length;

    // A difference needs both of its sides.
    private void ScoreFirst(ReadOnlySpan<int> indices, ReadOnlySpan<int> counts, ReadOnlySpan<float> dense, ReadOnlySpan<float> embedding, Span<double> scores)
    {
        if (IsDifference)
        {
            Score(indices, counts, dense, embedding, scores);
        }
        else
        {
            Model.Predict(indices, counts, dense, embedding, scores[..1]);
        }
    }

    private void Score(
        ReadOnlySpan<int> indices, ReadOnlySpan<int> counts, ReadOnlySpan<float> dense, ReadOnlySpan<float> embedding, Span<double> destination, Span<double> costsUsd = default)
    {
        if (destination.Length < Outputs.Length)
        {
            throw new ArgumentException($"There is room for {destination.Length} scores; the router gives {Outputs.Length}.", nameof(destination));
        }

        // A pair that was hardly ever seen together has no gap of its own: then it is the difference of the chances.
        if (IsDifference)
        {
            Model.Predict(indices, counts, dense, embedding, destination.Slice(1, Model.Targets), costsUsd);
            destination[0] = destination[1] - destination[2];
        }
        else
        {
            Model.Predict(indices, counts, dense, embedding, destination[..Model.Targets], costsUsd);
        }
    }
}
