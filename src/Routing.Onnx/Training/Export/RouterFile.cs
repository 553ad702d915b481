using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Export;

/// <summary>Writes a router as a self-describing ONNX file, and reads it back.</summary>
internal static class RouterFile
{
    public const string Kind = "llmrouting.router";
    private const string Format = "2";

    public static ReadOnlySpan<byte> KindBytes => "llmrouting.router"u8;

    // With a network: whoever reads the other format alone would leave it out of the sum and score otherwise.
    private const string NetworkFormat = "3";

    // With embeddings: the graph has one more input, and whoever does not know it would score by the words alone.
    private const string EmbeddingFormat = "4";

    // The rows of a blend. The hints have none: when a router is put together they become part of the kernel.
    private static readonly string[] Families = [TrainerFamilies.Linear, TrainerFamilies.Neighbours, TrainerFamilies.Kernel, TrainerFamilies.Boosting, TrainerFamilies.Network];

    public static byte[] Write(TrainedRouter router, IReadOnlyDictionary<string, double>? thresholds)
    {
        FeatureHasherSettings features = router.Model.Lexicon.Features;
        TrainingReport report = router.Report;
        Dictionary<string, string> metadata = new()
        {
            ["kind"] = Kind,
            ["format"] = FormatOf(router.Model),
            ["feature_version"] = Number(FeatureHasher.FeatureVersion),
            ["feature_bits"] = Number(features.Bits),
            ["feature_min_gram"] = Number(features.MinGram),
            ["feature_max_gram"] = Number(features.MaxGram),
            ["feature_max_characters"] = Number(features.MaxCharacters),
            ["dense"] = Json([.. DenseFeatures.Names]),
            ["target"] = router.Target.Kind.ToString(),
            ["models"] = Json([.. router.Target.Models]),
            ["outputs"] = Json([.. router.Outputs]),
            ["training_requests"] = Number(report.Requests),
            ["training_partial"] = Number(report.PartialRequests),
            ["training_auxiliary"] = Number(report.AuxiliaryRequests),
            ["training_duplicates"] = Number(report.Duplicates),
            ["training_fingerprint"] = report.Fingerprint,
            ["training_warnings"] = Json([.. report.Warnings]),
            ["held_out"] = Number(report.HeldOut),
        };
        foreach (FamilyScore family in report.Families)
        {
            metadata[$"family.{family.Family}"] = $"{Number(family.HeldOut)} {Number(family.Weight)}";
        }

        if (router.EmbeddingLength > 0 && report.Embedding is { } embedding)
        {
            metadata["embedding_gain"] = Number(embedding.Gain);
            if (embedding.ModelId is { } model)
            {
                metadata["embedding_model"] = model;
            }
        }

        foreach (KeyValuePair<string, double> threshold in thresholds ?? ImmutableDictionary<string, double>.Empty)
        {
            metadata[$"threshold.{threshold.Key}"] = Number(threshold.Value);
        }

        return RouterGraph.Write(router.Model, isDifference: router.Model.Targets < router.Outputs.Length, metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal));
    }

    /// <summary>Reads a router back.</summary>
    /// <exception cref="InvalidDataException">It is no router, or was written by a version that this one does not know.</exception>
    public static TrainedRouter Read(ReadOnlySpan<byte> bytes)
    {
        var file = new OnnxFile(bytes);
        if (Text(file, "kind") != Kind)
        {
            throw new InvalidDataException("The ONNX file is no router of this library: its metadata lacks the kind; train and save one with RouterTrainer.");
        }

        if (Text(file, "format") is not (Format or NetworkFormat or EmbeddingFormat) || Text(file, "feature_version") != Number(FeatureHasher.FeatureVersion))
        {
            throw new InvalidDataException(
                $"The router was written in format {Text(file, "format")} with features of version {Text(file, "feature_version")}; this library reads formats {Format} to {EmbeddingFormat} "
                + $"with version {FeatureHasher.FeatureVersion}. Train it again, or use the library that wrote it.");
        }

        try
        {
            return new TrainedRouter(Target(file), Report(file), Model(file)) { Thresholds = Thresholds(file) };
        }
        catch (Exception error) when (error is FormatException or JsonException or ArgumentException or KeyNotFoundException or OverflowException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("The router's file is damaged: " + error.GetType().Name + " while reading it. Train or copy it again.", error);
        }
    }

    private static TrainingTarget Target(OnnxFile file)
    {
        string[] models = List(file, "models");
        return Enum.Parse<TrainingTargetKind>(Text(file, "target")) switch
        {
            TrainingTargetKind.Pair => TrainingTarget.Pair(models[0], models[1]),
            TrainingTargetKind.Pool => TrainingTarget.Pool(models),
            _ => TrainingTarget.Complexity,
        };
    }

    private static string FormatOf(RouterModel model) => model switch
    {
        { Lexicon.Embedding: not null } => EmbeddingFormat,
        { Network: not null } => NetworkFormat,
        _ => Format,
    };

    private static TrainingReport Report(OnnxFile file) => new()
    {
        Requests = Integer(file, "training_requests"),
        PartialRequests = Integer(file, "training_partial"),
        AuxiliaryRequests = Integer(file, "training_auxiliary"),
        Duplicates = Integer(file, "training_duplicates"),
        Fingerprint = Text(file, "training_fingerprint"),
        Warnings = [.. List(file, "training_warnings")],
        HeldOut = Double(Text(file, "held_out")),
        Elapsed = TimeSpan.Zero,
        Embedding = Embedding(file) is { } reduction
            ? new EmbeddingReport(reduction.Length, reduction.Share, Double(Text(file, "embedding_gain")), file.Metadata.GetValueOrDefault("embedding_model")) : null,
        Families = [.. TrainerFamilies.All.Where(family => file.Metadata.ContainsKey($"family.{family}")).Select(family =>
        {
            string[] parts = Text(file, $"family.{family}").Split(' ');
            return new FamilyScore(family, Double(parts[0]), Double(parts[1]));
        })],
    };

    private static RouterModel Model(OnnxFile file)
    {
        float[] bias = file.Vector("blend.bias");
        var shares = new Matrix(Families.Length, bias.Length);
        for (int family = 0; family < Families.Length; family++)
        {
            if (file.Has($"blend.share{family}"))
            {
                file.Vector($"blend.share{family}").CopyTo(shares[family]);
            }
        }

        var model = new RouterModel
        {
            Lexicon = new Lexicon
            {
                Features = new FeatureHasherSettings
                {
                    Bits = Integer(file, "feature_bits"),
                    MinGram = Integer(file, "feature_min_gram"),
                    MaxGram = Integer(file, "feature_max_gram"),
                    MaxCharacters = Integer(file, "feature_max_characters"),
                },
                Rows = file.Integers32("lexicon.rows"),
                Weights = file.Vector("lexicon.weights"),
                Projection = file.ByteMatrix("lexicon.projection"),
                DenseMean = file.Vector("dense.mean"),
                DenseScale = file.Vector("dense.scale"),
                Embedding = Embedding(file),
                Difficulty = Kernel(file, "difficulty"),
            },
            Linear = file.Has("linear.weights") ? new LinearModel(file.Matrix("linear.weights"), file.Vector("linear.bias")) : null,
            Neighbours = file.Has("neighbours.vectors")
                ? new NeighbourModel(
                    file.Matrix("neighbours.vectors"), file.Matrix("neighbours.sums"), file.Matrix("neighbours.known"), file.Vector("neighbours.sharpness")[0])
                : null,
            Kernel = Kernel(file, "kernel"),
            Trees = file.Has("trees.bias") ? new TreesModel(TreeAttributes.Read(file, bias.Length), file.Vector("trees.bias")) : null,
            Network = file.Has("network.hidden")
                ? new NetworkModel(file.Matrix("network.hidden"), file.Vector("network.hidden_bias"), file.Matrix("network.output"), file.Vector("network.bias"))
                : null,
            Blend = shares,
            Bias = bias,
            Slope = file.Vector("calibration.slope"),
            Offset = file.Vector("calibration.offset"),
            Costs = Costs(file),
        };
        model.Validate();
        ThrowUnlessFor(model.Costs, List(file, "models").Length, model.Lexicon.Width);
        return model;
    }

    private static EmbeddingReduction? Embedding(OnnxFile file) => file.Has("embedding.projection")
        ? new EmbeddingReduction(file.Matrix("embedding.projection"), [.. file.Vector("embedding.offset").Select(static value => -value)], file.Vector("embedding.share")[0])
        : null;

    // Whoever does not know them scores as before; what is decided by them has thresholds of other names, which he refuses.
    private static CostModel? Costs(OnnxFile file) => file.Has("costs.weights")
        ? new CostModel(
            file.Vector("costs.exponent"), file.Vector("costs.offset"), new LinearModel(file.Matrix("costs.weights"), file.Vector("costs.bias")),
            file.Vector("costs.low"), file.Vector("costs.high"))
        : null;

    private static void ThrowUnlessFor(CostModel? costs, int models, int width)
    {
        if (costs is not null && !costs.Fits(models, width))
        {
            throw new InvalidDataException("What the router's file says of costs does not fit its models: it is damaged. Train or copy it again.");
        }
    }

    private static KernelModel? Kernel(OnnxFile file, string name) => file.Has($"{name}.vectors")
        ? new KernelModel(
            file.Matrix($"{name}.vectors"), file.Matrix($"{name}.coefficients"), file.Vector($"{name}.bias"), file.Vector($"{name}.sharpness")[0])
        : null;

    private static ImmutableDictionary<string, double> Thresholds(OnnxFile file) => file.Metadata
        .Where(static pair => pair.Key.StartsWith("threshold.", StringComparison.Ordinal))
        .ToImmutableDictionary(static pair => pair.Key["threshold.".Length..], static pair => Double(pair.Value), StringComparer.Ordinal);

    private static string Text(OnnxFile file, string key) => file.Metadata.TryGetValue(key, out string? value) ? value : "(none)";

    private static int Integer(OnnxFile file, string key) => int.Parse(Text(file, key), NumberStyles.Integer, CultureInfo.InvariantCulture);

    private static double Double(string text) => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Json(string[] values) => JsonSerializer.Serialize(values, RouterFileJson.Default.StringArray);

    private static string[] List(OnnxFile file, string key) =>
        JsonSerializer.Deserialize(Text(file, key), RouterFileJson.Default.StringArray) ?? [];
}
