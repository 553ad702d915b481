namespace LlmRouting.Onnx.Training.Model;

/// <summary>Holds a binary tree of full depth in the order of a heap: node i has the children 2i + 1 and 2i + 2.</summary>
/// <param name="Features">For each inner node the feature that is compared.</param>
/// <param name="Thresholds">For each inner node: at or below goes left.</param>
/// <param name="Leaves">What is predicted, from left to right.</param>
internal sealed record Tree(int[] Features, float[] Thresholds, float[] Leaves)
{
    public float Predict(ReadOnlySpan<float> features)
    {
        int node = 0;
        while (node < Features.Length)
        {
            node = (2 * node) + (features[Features[node]] <= Thresholds[node] ? 1 : 2);
        }

        return Leaves[node - Features.Length];
    }
}
