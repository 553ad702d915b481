using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Sorts requests into those that teach the target and those that teach words only, and reads the labels off the first.</summary>
internal sealed class Examples
{
    /// <summary>The fewest requests that anything is learned from.</summary>
    public const int Least = 20;

    private Examples(CapturedTexts taught, CapturedTexts auxiliary, Matrix labels, Matrix known, UInt128[] fingerprints, int partial, int duplicates)
    {
        Taught = taught;
        Auxiliary = auxiliary;
        Labels = labels;
        Known = known;
        Fingerprints = fingerprints;
        Partial = partial;
        Duplicates = duplicates;
    }

    public CapturedTexts Taught { get; }

    public CapturedTexts Auxiliary { get; }

    public Matrix Labels { get; }

    public Matrix Known { get; }

    /// <summary>Gets how well models in general did on each auxiliary request, less how well they do elsewhere; NaN where unknown.</summary>
    public required float[] Ease { get; init; }

    /// <summary>Gets what else is known of the requests that teach; null where nothing is.</summary>
    public Hints? Hints { get; private init; }

    /// <summary>Gets the requests that teach.</summary>
    public required LabelledRequest[] Requests { get; init; }

    public UInt128[] Fingerprints { get; }

    public int Partial { get; }

    public int Duplicates { get; }

    /// <summary>Gets whether the first target is the difference of the two after it; otherwise a pair has two targets.</summary>
    public bool HasGap { get; private init; }

    /// <summary>Gets how many numbers each request's embedding has; 0 where there are none.</summary>
    public int EmbeddingLength { get; private init; }

    public static Examples Read(IReadOnlyList<LabelledRequest> requests, TrainerOptions options, Work work)
    {
        TrainingTarget target = options.Target;
        LabelledRequest[] usable = [.. requests.Where(static request => request.Features is not null || !string.IsNullOrWhiteSpace(request.Text))];
        if (usable.Length == 0)
        {
            throw new TrainingException("There is no request with a text or captured features; nothing can be learned.");
        }

        int embeddingLength = EmbeddingLengthOf(usable);
        var texts = new CapturedTexts(usable, options.Features, work);
        CheckRange(texts, usable, 1 << options.Features.Bits);
        ImmutableArray<string> models = target.Models;
        bool hasGap = target.Kind == TrainingTargetKind.Pair && usable.Count(request => models.All(request.Scores.ContainsKey)) >= Least;
        List<(int Text, double?[] Labels, UInt128 Fingerprint)> taught = [];
        List<int> auxiliary = [];
        HashSet<(UInt128, string)> seen = [];
        int partial = 0;
        int duplicates = 0;
        for (int i = 0; i < usable.Length; i++)
        {
            double?[] labels = LabelsOf(usable[i], target, hasGap);
            if (labels.All(static label => label is null))
            {
                auxiliary.Add(i);
                continue;
            }

            UInt128 fingerprint = texts.Fingerprint(i);
            if (!seen.Add((fingerprint, string.Join(';', labels))))
            {
                duplicates++;
                continue;
            }

            partial += labels.Any(static label => label is null) ? 1 : 0;
            taught.Add((i, labels, fingerprint));
        }

        ThrowIfTooFew(taught.Count, duplicates, usable, target);
        int width = taught[0].Labels.Length;
        var all = new Matrix(taught.Count, width);
        var known = new Matrix(taught.Count, width);
        for (int row = 0; row < taught.Count; row++)
        {
            for (int t = 0; t < width; t++)
            {
                all[row][t] = (float)(taught[row].Labels[t] ?? 0);
                known[row][t] = taught[row].Labels[t] is null ? 0 : 1;
            }
        }

        ThrowIfOneClass(all, known, target);
        return new Examples(
            texts.Take([.. taught.Select(static row => row.Text)]), texts.Take([.. auxiliary]), all, known, [.. taught.Select(static row => row.Fingerprint)], partial, duplicates)
        {
            HasGap = hasGap,
            EmbeddingLength = embeddingLength,
            Requests = [.. taught.Select(row => usable[row.Text])],
            Hints = target.Kind == TrainingTargetKind.Complexity ? null : Hints.Read([.. taught.Select(row => usable[row.Text])], OwnModels(target, hasGap)),
            Ease = EaseOf([.. auxiliary.Select(i => usable[i])]),
        };
    }

    /// <summary>Names the requests and their labels by a hash.</summary>
    public string Fingerprint()
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> bytes = stackalloc byte[16];
        for (int row = 0; row < Fingerprints.Length; row++)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(bytes, Fingerprints[row]);
            sha.AppendData(bytes);
            for (int t = 0; t < Labels.Columns; t++)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, Labels[row][t]);
                BinaryPrimitives.WriteSingleLittleEndian(bytes[4..], Known[row][t]);
                sha.AppendData(bytes[..8]);
            }

            foreach (float value in Taught.Embedding(row))
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                sha.AppendData(bytes[..4]);
            }
        }

        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }

    // All of one length, or none: a request without one would be compared by what it lacks.
    private static int EmbeddingLengthOf(LabelledRequest[] requests)
    {
        LabelledRequest? first = requests.FirstOrDefault(static request => !request.Embedding.IsDefaultOrEmpty);
        if (first is null)
        {
            return 0;
        }

        foreach (LabelledRequest request in requests)
        {
            int length = request.Embedding.IsDefaultOrEmpty ? 0 : request.Embedding.Length;
            if (length != first.Embedding.Length)
            {
                throw new TrainingException(
                    $"The request '{request.Id}' has {(length == 0 ? "no embedding" : $"an embedding of {length} numbers")}, '{first.Id}' one of {first.Embedding.Length}; "
                    + "give every request an embedding of the same model (WithEmbeddingsAsync), or none.");
            }

            if (EmbeddingCheck.FindError(request.Embedding.AsSpan()) is { } error)
            {
                throw new TrainingException($"The embedding of '{request.Id}' {error}; embed it again, or leave the request out.");
            }
        }

        return first.Embedding.Length;
    }

    private static double?[] LabelsOf(LabelledRequest request, TrainingTarget target, bool hasGap)
    {
        if (target.Kind == TrainingTargetKind.Complexity)
        {
            return [request.Label switch { "simple" => 0, "complex" => 1, _ => null }];
        }

        double?[] scores = [.. target.Models.Select(model => request.Scores.TryGetValue(model, out double score) && score is >= 0 and <= 1 ? score : (double?)null)];
        return hasGap ? [scores[0] - scores[1], .. scores] : scores;
    }

    // A pair's results count as one: what the one model did tells too much of their difference to be a hint of the other.
    private static ImmutableArray<ImmutableArray<string>> OwnModels(TrainingTarget target, bool hasGap) => target.Kind == TrainingTargetKind.Pair
        ? [.. Enumerable.Repeat(target.Models, hasGap ? 3 : 2)]
        : [.. target.Models.Select(static model => ImmutableArray.Create(model))];

    // Each model's results less its own average, averaged over the models: sets with other models become comparable.
    private static float[] EaseOf(LabelledRequest[] requests)
    {
        Dictionary<string, (double Sum, int Count)> totals = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, double> score in requests.SelectMany(static request => request.Scores))
        {
            (double sum, int count) = totals.GetValueOrDefault(score.Key);
            totals[score.Key] = (sum + score.Value, count + 1);
        }

        return [.. requests.Select(request => request.Scores.Count == 0
            ? float.NaN : (float)request.Scores.OrderBy(static score => score.Key, StringComparer.Ordinal).Average(score => score.Value - (totals[score.Key].Sum / totals[score.Key].Count)))];
    }

    private static void CheckRange(CapturedTexts texts, LabelledRequest[] requests, int size)
    {
        for (int i = 0; i < texts.Count; i++)
        {
            if (texts.Indices(i) is [.., var last] && last >= size)
            {
                throw new TrainingException(
                    $"The captured features of '{requests[i].Id}' have an index of {last}, but the feature settings have {size} indices; use the settings that captured them.");
            }
        }
    }

    private static void ThrowIfTooFew(int count, int duplicates, LabelledRequest[] requests, TrainingTarget target)
    {
        if (count >= Least)
        {
            return;
        }

        string twice = duplicates > 0 ? $" ({duplicates} more repeat them)" : "";
        if (target.Kind == TrainingTargetKind.Complexity)
        {
            throw new TrainingException($"{count} requests{twice} have the label 'simple' or 'complex'; at least {Least} are needed, 200 or more are advised.");
        }

        string found = string.Join(", ", requests.SelectMany(static request => request.Scores.Keys).Distinct().Order(StringComparer.Ordinal).Take(20).Select(static model => $"'{model}'"));
        throw new TrainingException(
            $"{count} requests{twice} have a score of {string.Join(", ", target.Models.Select(static model => $"'{model}'"))}; at least {Least} are needed, 200 or more are advised. "
            + (found.Length == 0 ? "The requests have no scores at all." : $"The models with scores are {found}."));
    }

    private static void ThrowIfOneClass(Matrix labels, Matrix known, TrainingTarget target)
    {
        bool isConstant = true;
        for (int t = 0; t < labels.Columns && isConstant; t++)
        {
            float[] values = [.. Enumerable.Range(0, labels.Rows).Where(row => known[row][t] > 0).Select(row => labels[row][t]).Distinct().Take(2)];
            isConstant = values.Length < 2;
        }

        if (isConstant)
        {
            throw new TrainingException(target.Kind == TrainingTargetKind.Complexity
                ? "All requests have the same label; requests of both labels, 'simple' and 'complex', are needed."
                : $"Every answer of {string.Join(", ", target.Models.Select(static model => $"'{model}'"))} has the same score; there is nothing to tell apart.");
        }
    }
}
