using System.Numerics.Tensors;

namespace LlmRouting.Onnx.Training.Model;

/// <summary>Expects what a call of each model costs, from the length of a text and from its words.</summary>
/// <remarks>
/// cost = exp(offset + exponent x ln(length + 1) + what the words say), the last a linear function of what describes the text, bounded. Of a model whose costs follow from
/// the length the words say nothing: its weights and bounds are 0. Immutable.
/// </remarks>
/// <param name="Exponent">One for each model: how its cost grows with the length.</param>
/// <param name="Offset">One for each model: the logarithm of the cost in USD of a text of no length; minus infinity for a model that is free, NaN for one whose costs are unknown.</param>
/// <param name="Words">One row for each model: the logarithm of the ratio of the cost to that of other texts of the length.</param>
/// <param name="Low">One for each model: the least that the words may say.</param>
/// <param name="High">One for each model: the most.</param>
internal sealed record CostModel(float[] Exponent, float[] Offset, LinearModel Words, float[] Low, float[] High)
{
    /// <summary>Which dense measure is ln(length + 1).</summary>
    public const int LogLength = 0;

    /// <summary>Gets whether the costs of every model are known.</summary>
    public bool IsComplete => !Array.Exists(Offset, float.IsNaN);

    /// <summary>Expects costs in USD.</summary>
    /// <param name="features">What describes the text.</param>
    /// <param name="dense">Its dense measures, as they were read.</param>
    /// <param name="destination">Receives one cost for each model.</param>
    public void Predict(ReadOnlySpan<float> features, ReadOnlySpan<float> dense, Span<double> destination)
    {
        for (int model = 0; model < Offset.Length; model++)
        {
            float words = Math.Clamp(Words.Bias[model] + TensorPrimitives.Dot(Words.Weights[model], features), Low[model], High[model]);
            destination[model] = Math.Exp(Offset[model] + (double)(Exponent[model] * dense[LogLength]) + words);
        }
    }

    /// <summary>Says whether all parts fit together, and can be used for some models and texts.</summary>
    public bool Fits(int models, int width) => Exponent.Length == models && Offset.Length == models && Low.Length == models && High.Length == models
        && Words.Bias.Length == models && Words.Weights.Rows == models && Words.Weights.Columns == width
        && Enumerable.Range(0, models).All(model => Low[model] <= High[model] && float.IsFinite(Low[model]) && float.IsFinite(High[model]) && float.IsFinite(Exponent[model]));
}
