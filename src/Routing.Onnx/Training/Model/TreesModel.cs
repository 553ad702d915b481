namespace LlmRouting.Onnx.Training.Model;

/// <summary>Predicts by the sum of many small trees.</summary>
/// <param name="Trees">The trees of each target.</param>
/// <param name="Bias">What is predicted before the first tree, for each target.</param>
internal sealed record TreesModel(Tree[][] Trees, float[] Bias)
{
    private const int Inner = TreeShape.Leaves - 1;

    // All trees of a target one after another: hundreds of small objects would each cost a miss of the cache.
    private readonly int[][] _features = [.. Trees.Select(static trees => trees.SelectMany(static tree => tree.Features).ToArray())];
    private readonly float[][] _thresholds = [.. Trees.Select(static trees => trees.SelectMany(static tree => tree.Thresholds).ToArray())];
    private readonly float[][] _leaves = [.. Trees.Select(static trees => trees.SelectMany(static tree => tree.Leaves).ToArray())];

    public void Predict(ReadOnlySpan<float> features, Span<float> destination)
    {
        for (int t = 0; t < destination.Length; t++)
        {
            float sum = Bias[t];
            ReadOnlySpan<int> compared = _features[t];
            ReadOnlySpan<float> thresholds = _thresholds[t];
            ReadOnlySpan<float> leaves = _leaves[t];
            for (; !leaves.IsEmpty; compared = compared[Inner..], thresholds = thresholds[Inner..], leaves = leaves[TreeShape.Leaves..])
            {
                // Three levels, by arithmetic: which way a request goes cannot be foreseen, so that a jump would be guessed wrong half the time.
                int node = 2 - AtMost(features[compared[0]], thresholds[0]);
                node = (2 * node) + 2 - AtMost(features[compared[node]], thresholds[node]);
                node = (2 * node) + 2 - AtMost(features[compared[node]], thresholds[node]);
                sum += leaves[node - Inner];
            }

            destination[t] = sum;
        }
    }

    private static int AtMost(float value, float threshold) => Convert.ToInt32(value <= threshold);
}
