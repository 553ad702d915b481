using System.Collections.Immutable;
using LlmRouting.Onnx.Tests.Training;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using Microsoft.Extensions.AI;

namespace LlmRouting.Onnx.Tests.Learned;

/// <summary>Trains small routers once, and makes what they are asked.</summary>
internal static class Learnt
{
    private static readonly List<LabelledRequest> Requests = SyntheticRequests.Make(300);

    public static Lazy<TrainedRouter> Pair { get; } = new(static () => Train(TrainingTarget.Pair("strong", "weak")));

    public static Lazy<TrainedRouter> Pool { get; } = new(static () => Train(TrainingTarget.Pool(["strong", "weak"])));

    public static Lazy<TrainedRouter> Complexity { get; } = new(static () => Train(TrainingTarget.Complexity));

    /// <summary>Gets a router for a pair that tells what calls cost.</summary>
    public static Lazy<TrainedRouter> Costed { get; } = new(static () =>
        new RouterTrainer(new TrainerOptions { Target = TrainingTarget.Pair("strong", "weak"), Threads = 1, Dimensions = 16 }).Train(PricedRequests.Make(400, 1)));

    public const string HardText = "please tell me about the eigenvalue theorem and proof, which manifold and homomorphism";

    public const string EasyText = "please tell me about the weather and holiday, which recipe and birthday";

    public static TrainedRouter WithNetwork(TrainingTargetKind kind, bool isAlone) => Train(
        kind switch
        {
            TrainingTargetKind.Pair => TrainingTarget.Pair("strong", "weak"),
            TrainingTargetKind.Pool => TrainingTarget.Pool(["strong", "weak"]),
            _ => TrainingTarget.Complexity,
        },
        isAlone ? [TrainerFamilies.Network] : TrainerFamilies.All);

    public static double NeedOf(TrainedRouter router, string text)
    {
        double[] outputs = new double[router.Outputs.Length];
        router.Score(text, outputs);
        return NeedPerUsd.Join(outputs);
    }

    public static RoutingRequest Ask(string text) => new([new ChatMessage(ChatRole.User, text)]);

    public static TrainedRouter With(TrainedRouter router, params ReadOnlySpan<(string Name, double Value)> thresholds)
    {
        Dictionary<string, double> all = [];
        foreach ((string name, double value) in thresholds)
        {
            all[name] = value;
        }

        using var stream = new MemoryStream();
        router.Save(stream, all);
        stream.Position = 0;
        return TrainedRouter.Load(stream);
    }

    public static CandidateSet Candidates(params ReadOnlySpan<(string Id, decimal? UsdPerMillion)> models)
    {
        List<RoutableModel> all = [];
        foreach ((string id, decimal? price) in models)
        {
            var profile = new ModelProfile { Id = id, InputUsdPerMillionTokens = price, OutputUsdPerMillionTokens = price };
            all.Add(new RoutableModel(profile, []));
        }

        return new CandidateSet(all, Ask("x").Features);
    }

    private static TrainedRouter Train(TrainingTarget target) => Train(target, TrainerFamilies.Default);

    private static TrainedRouter Train(TrainingTarget target, ImmutableArray<string> families) =>
        new RouterTrainer(new TrainerOptions { Target = target, Threads = 1, Dimensions = 16, Families = families }).Train(Requests);
}
