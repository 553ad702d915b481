using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Families;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training;

/// <summary>Trains a router on labelled requests.</summary>
/// <remarks>
/// <para>Thread-safe. Deterministic for its options and data, whatever the number of threads, as long as there is no
/// <see cref="TrainerOptions.TimeLimit"/>.</para>
/// <para>Texts become latent vectors; each family learns the target from them and predicts the requests that it did not see; their blend
/// is chosen on those predictions. Where the requests' costs are known and do not follow from their lengths, what calls cost is learned, too.</para>
/// </remarks>
public sealed class RouterTrainer
{
    // Beyond this many texts the basis of the latent vectors gains nothing that is worth its time.
    private const int MostTextsForBasis = 20000;
    private const int FewLabels = 200;
    private readonly TrainerOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Creates a trainer.</summary>
    /// <param name="options">What is trained, and how.</param>
    /// <param name="time">Tells the time; null takes the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public RouterTrainer(TrainerOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Trains.</summary>
    /// <param name="requests">The requests. Those that lack the target's models teach which words go together, and how hard requests are for
    /// models in general.</param>
    /// <param name="progress">Told how far it is; null tells nobody.</param>
    /// <param name="cancellationToken">Ends the training.</param>
    /// <returns>The router.</returns>
    /// <exception cref="TrainingException">The requests cannot teach the target; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The training was cancelled.</exception>
    public TrainedRouter Train(
        IReadOnlyList<LabelledRequest> requests, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        long started = _time.GetTimestamp();
        var work = new Work(_options.Threads == 0 ? Environment.ProcessorCount : _options.Threads, cancellationToken);
        progress?.Report(new TrainingProgress("features", 0));
        Examples examples = Examples.Read(requests, _options, work);

        progress?.Report(new TrainingProgress("latent vectors", 0.1));
        CapturedTexts basis = Basis(examples);
        Lexicon lexicon = LexiconBuilder.Build(basis, _options, work);
        EmbeddingReport? embedding = null;
        if (examples.EmbeddingLength > 0)
        {
            progress?.Report(new TrainingProgress("embeddings", 0.2));
            (lexicon, embedding) = new EmbeddingFit(_options, described => Describe(examples, described, work), work).AddTo(lexicon, basis);
        }

        progress?.Report(new TrainingProgress("difficulty", 0.25));
        lexicon = DifficultyFamily.AddTo(lexicon, examples, _options, work);
        TrainingTable table = Describe(examples, lexicon, work);

        var families = new FamilyFits(table, examples.Hints, _options, work);
        families.Run(progress, isLate: () => _options.TimeLimit is { } limit && _time.GetElapsedTime(started) > limit);
        progress?.Report(new TrainingProgress("blend", 0.95));
        (Matrix shares, float[] bias) = Stacker.Fit(table, families.HeldOut, FamilyFits.ExpectedShares);
        Matrix blended = families.Blend(shares, bias);
        (float[] slope, float[] offset) = Calibrate(table, blended, examples.HasGap);
        CostModel? costs = LearnCosts(examples, table, work);
        RouterModel model = families.ToModel(lexicon, shares, bias, slope, offset, costs);
        var report = new TrainingReport
        {
            Requests = table.Rows,
            PartialRequests = examples.Partial,
            AuxiliaryRequests = examples.Auxiliary.Count,
            Duplicates = examples.Duplicates,
            Families = families.Scores(shares, examples.HasGap),
            HeldOut = HeldOutMeasure.Measure(blended, table, examples.HasGap),
            Fingerprint = examples.Fingerprint(),
            Embedding = embedding,
            Elapsed = _time.GetElapsedTime(started),
            Warnings = Warnings(examples, embedding),
        };
        progress?.Report(new TrainingProgress("done", 1));
        return new TrainedRouter(_options.Target, report, model);
    }

    private CapturedTexts Basis(Examples examples)
    {
        int most = Math.Max(0, MostTextsForBasis - examples.Taught.Count);
        int[] auxiliary = Sample.Choose(examples.Auxiliary.Count, most, new Random(_options.Seed));
        int[] taught = Sample.Choose(examples.Taught.Count, MostTextsForBasis, new Random(_options.Seed));
        return examples.Taught.Take(taught).And(examples.Auxiliary.Take(auxiliary));
    }

    private TrainingTable Describe(Examples examples, Lexicon lexicon, Work work)
    {
        int rows = examples.Taught.Count;
        var features = new Matrix(rows, lexicon.Width);
        var latent = new Matrix(rows, lexicon.LatentWidth);
        work.For(rows, row =>
        {
            lexicon.Describe(examples.Taught.Indices(row), examples.Taught.Counts(row), examples.Taught.Dense(row), examples.Taught.Embedding(row), features[row]);
            features[row][..latent.Columns].CopyTo(latent[row]);
        });
        return new TrainingTable(features, latent, examples.Labels, examples.Known, Folds(examples.Fingerprints), _options.Folds);
    }

    // Equal texts with different labels fall into the same part.
    private int[] Folds(UInt128[] fingerprints)
    {
        UInt128[] distinct = [.. fingerprints.Distinct()];
        new Random(_options.Seed).Shuffle(distinct);
        Dictionary<UInt128, int> folds = [];
        for (int i = 0; i < distinct.Length; i++)
        {
            folds[distinct[i]] = i % _options.Folds;
        }

        return [.. fingerprints.Select(fingerprint => folds[fingerprint])];
    }

    private CostModel? LearnCosts(Examples examples, TrainingTable table, Work work)
    {
        float[] logLengths = new float[table.Rows];
        for (int row = 0; row < logLengths.Length; row++)
        {
            logLengths[row] = examples.Taught.Dense(row)[CostModel.LogLength];
        }

        return CostFamily.Fit(examples.Requests, table, logLengths, _options.Target.Models, work);
    }

    private static (float[] Slope, float[] Offset) Calibrate(TrainingTable table, Matrix blended, bool hasGap)
    {
        float[] slope = new float[table.Targets];
        float[] offset = new float[table.Targets];
        for (int t = hasGap ? 1 : 0; t < table.Targets; t++)
        {
            int[] rows = [.. Enumerable.Range(0, table.Rows).Where(row => table.Known[row][t] > 0)];
            (double a, double b) = LogisticCalibration.Fit(
                [.. rows.Select(row => (double)blended[row][t])], [.. rows.Select(row => (double)table.Labels[row][t])]);
            (slope[t], offset[t]) = ((float)a, (float)b);
        }

        return (slope, offset);
    }

    private static ImmutableArray<string> Warnings(Examples examples, EmbeddingReport? embedding)
    {
        ImmutableArray<string>.Builder warnings = ImmutableArray.CreateBuilder<string>();
        if (examples.Taught.Count < FewLabels)
        {
            warnings.Add($"Trained on {examples.Taught.Count} requests only; {FewLabels} or more are advised.");
        }

        if (examples.Partial > 0)
        {
            warnings.Add($"{examples.Partial} of {examples.Taught.Count} requests have a result for some of the models only; what they say depends on who chose the model.");
        }

        if (embedding is { Share: 0 })
        {
            warnings.Add("The embeddings told nothing on held-out requests that the words had not told: the router needs none.");
        }

        return warnings.ToImmutable();
    }
}
