namespace LlmRouting.Onnx.Training.Model;

/// <summary>Predicts by the sum of many small trees.</summary>
/// <param name="Trees">The trees of each target.</param>
/// <param name="Bias">What is predicted before the first tree, for each target.</param>
internal sealed record TreesModel(Tree[][] Trees, float[] Bias)
{
    public void Predict(ReadOnlySpan<float> features, Span<float> destination)
    {
        for (int t = 0; t < destination.Length; t++)
        {
            float sum = Bias[t];
            foreach (Tree tree in Trees[t])
            {
                sum += tree.Predict(features);
            }

            destination[t] = sum;
        }
    }
}
