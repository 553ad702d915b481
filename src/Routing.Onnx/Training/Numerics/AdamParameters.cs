namespace LlmRouting.Onnx.Training.Numerics;

/// <summary>Holds numbers that gradient descent learns, and moves them.</summary>
/// <remarks>
/// Adam (Kingma and Ba, "Adam: a method for stochastic optimization", 2015) with a decay that is kept out of the moments (Loshchilov and Hutter,
/// "Decoupled weight decay regularization", 2019).
/// </remarks>
/// <param name="values">Where they start.</param>
/// <param name="decay">How fast they shrink towards zero, in units of the rate.</param>
internal sealed class AdamParameters(float[] values, float decay)
{
    private const float MeanMemory = 0.9f;
    private const float SquareMemory = 0.999f;
    private const float LeastRoot = 1e-8f;
    private readonly float[] _means = new float[values.Length];
    private readonly float[] _squares = new float[values.Length];

    // What the moments still hold of the zeros that they started from.
    private float _meanRest = 1;
    private float _squareRest = 1;

    public float[] Values { get; } = values;

    /// <summary>Gets the gradient, which whoever computes it adds to.</summary>
    public float[] Gradient { get; } = new float[values.Length];

    /// <summary>Moves the numbers against the gradient, and sets that to zero.</summary>
    public void Step(float rate)
    {
        _meanRest *= MeanMemory;
        _squareRest *= SquareMemory;
        float meanScale = 1 / (1 - _meanRest);
        float squareScale = 1 / (1 - _squareRest);
        for (int i = 0; i < Values.Length; i++)
        {
            float slope = Gradient[i];
            _means[i] += (1 - MeanMemory) * (slope - _means[i]);
            _squares[i] += (1 - SquareMemory) * ((slope * slope) - _squares[i]);
            Values[i] -= rate * ((_means[i] * meanScale / (MathF.Sqrt(_squares[i] * squareScale) + LeastRoot)) + (decay * Values[i]));
        }

        Array.Clear(Gradient);
    }
}
