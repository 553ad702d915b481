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
