using LlmRouting.Onnx.Tests.Training;
using LlmRouting.Onnx.Training;

namespace LlmRouting.Onnx.Tests.Learned;

/// <summary>Trains small routers that need embeddings, once: the words of their requests say nothing.</summary>
internal static class Embedded
{
    public const string Text = "please tell me about the which and how it of now then so that";

    public static Lazy<TrainedRouter> Pair { get; } = new(static () => Train(TrainingTarget.Pair("strong", "weak")));

    public static Lazy<TrainedRouter> Pool { get; } = new(static () => Train(TrainingTarget.Pool(["strong", "weak"])));

    public static Lazy<TrainedRouter> Complexity { get; } = new(static () => Train(TrainingTarget.Complexity));

    /// <summary>Gets one that tells costs, too: a request with "please" costs ten times as much.</summary>
    public static Lazy<TrainedRouter> Costed { get; } = new(static () => new RouterTrainer(new TrainerOptions { Target = TrainingTarget.Pair("strong", "weak"), Threads = 1, Dimensions = 16 })
        .Train([.. SyntheticEmbeddings.Make(300, isInformative: true).Select(static request => SyntheticEmbeddings.WithCosts(request, request.Text!.Contains("please", StringComparison.Ordinal) ? 0.1 : 0.01))]));

    public static TrainedRouter Train(TrainingTarget target, int length = SyntheticEmbeddings.Length, string? modelId = "embedder-1", bool withNetwork = false) =>
        new RouterTrainer(new TrainerOptions
        {
            Target = target,
            Threads = 1,
            Dimensions = 16,
            EmbeddingModelId = modelId,
            Families = withNetwork ? TrainerFamilies.All : TrainerFamilies.Default,
        }).Train([.. SyntheticEmbeddings.Make(300, isInformative: true).Select(request => request with { Embedding = request.Embedding.RemoveRange(length, request.Embedding.Length - length) })]);
}
