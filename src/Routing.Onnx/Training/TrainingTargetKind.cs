namespace LlmRouting.Onnx.Training;

/// <summary>Names the kinds of <see cref="TrainingTarget"/>.</summary>
public enum TrainingTargetKind
{
    /// <summary>How much a request needs the strong model of two.</summary>
    Pair,

    /// <summary>Each model's chance of a good answer.</summary>
    Pool,

    /// <summary>Whether a request is complex.</summary>
    Complexity,
}
