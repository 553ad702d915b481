namespace LlmRouting.Onnx.Training.Model;

/// <summary>Says what every tree looks like.</summary>
internal static class TreeShape
{
    public const int Depth = 3;

    public const int Leaves = 1 << Depth;
}
