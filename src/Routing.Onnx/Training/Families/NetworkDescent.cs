using System.Numerics.Tensors;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Trains one small neural network on some of the requests.</summary>
/// <remarks>
/// Squared loss of labels that are brought to mean 0 and deviation 1. The weights of the outputs start from zero, so that an untrained network
/// predicts each target's mean. Not thread-safe.
/// </remarks>
internal sealed class NetworkDescent
{
    public const int Units = 16;
    private const int BatchSize = 32;
    private const float Rate = 3e-4f;
    private const float Decay = 1;
    private readonly TrainingTable _table;
    private readonly Matrix _design;
    private readonly int[] _rows;
    private readonly Random _random;
    private readonly float[] _means;
    private readonly float[] _deviations;
    private readonly AdamParameters _hidden;
    private readonly AdamParameters _hiddenBias;
    private readonly AdamParameters _output;
    private readonly AdamParameters _bias;
    private readonly float[] _active = new float[Units];
    private readonly float[] _blame = new float[Units];

    /// <summary>Starts from random weights.</summary>
    /// <param name="table">The labels.</param>
    /// <param name="design">What describes each request, every number of about the size 1.</param>
    /// <param name="rows">The requests to learn from.</param>
    /// <param name="random">Draws the weights and the order of the requests.</param>
    public NetworkDescent(TrainingTable table, Matrix design, int[] rows, Random random)
    {
        _table = table;
        _design = design;
        _rows = rows;
        _random = random;
        (_means, _deviations) = Moments(table, rows);

        // After He et al., "Delving deep into rectifiers" (2015): the variance 2 / inputs, here evenly spread.
        float range = MathF.Sqrt(6f / design.Columns);
        float[] weights = new float[Units * design.Columns];
        foreach (ref float weight in weights.AsSpan())
        {
            weight = range * ((2 * random.NextSingle()) - 1);
        }

        _hidden = new AdamParameters(weights, Decay);
        _hiddenBias = new AdamParameters(new float[Units], decay: 0);
        _output = new AdamParameters(new float[table.Targets * Units], Decay);
        _bias = new AdamParameters(new float[table.Targets], decay: 0);
    }

    /// <summary>Learns from every request once.</summary>
    public void RunEpoch(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _random.Shuffle(_rows);
        for (int first = 0; first < _rows.Length; first += BatchSize)
        {
            ReadOnlySpan<int> batch = _rows.AsSpan(first, Math.Min(BatchSize, _rows.Length - first));
            foreach (int row in batch)
            {
                Learn(row, 1f / batch.Length);
            }

            _hidden.Step(Rate);
            _hiddenBias.Step(Rate);
            _output.Step(Rate);
            _bias.Step(Rate);
        }
    }

    /// <summary>Adds a part of the prediction of a request.</summary>
    public void AddPrediction(int row, float part, Span<float> sum)
    {
        Activate(_design[row]);
        for (int t = 0; t < sum.Length; t++)
        {
            sum[t] += part * (_means[t] + (_deviations[t] * Predict(t)));
        }
    }

    /// <summary>Writes the network into its place in one that is made of several and predicts their mean.</summary>
    /// <param name="place">Which of them it is.</param>
    /// <param name="part">How much it counts.</param>
    /// <param name="hidden">The units' weights.</param>
    /// <param name="hiddenBias">The units' bias.</param>
    /// <param name="output">The targets' weights.</param>
    /// <param name="bias">The targets' bias; added to.</param>
    public void CopyTo(int place, float part, Matrix hidden, float[] hiddenBias, Matrix output, float[] bias)
    {
        _hidden.Values.CopyTo(hidden.Values[(place * _hidden.Values.Length)..]);
        _hiddenBias.Values.CopyTo(hiddenBias, place * Units);
        for (int t = 0; t < bias.Length; t++)
        {
            TensorPrimitives.Multiply<float>(OutputOf(_output.Values, t), part * _deviations[t], output[t].Slice(place * Units, Units));
            bias[t] += part * (_means[t] + (_deviations[t] * _bias.Values[t]));
        }
    }

    // Back-propagation; adds to the gradients.
    private void Learn(int row, float weight)
    {
        ReadOnlySpan<float> features = _design[row];
        Activate(features);
        Array.Clear(_blame);
        for (int t = 0; t < _means.Length; t++)
        {
            if (_table.Known[row][t] > 0)
            {
                float error = weight * (Predict(t) - ((_table.Labels[row][t] - _means[t]) / _deviations[t]));
                Span<float> gradient = OutputOf(_output.Gradient, t);
                TensorPrimitives.MultiplyAdd<float>(_active, error, gradient, gradient);
                TensorPrimitives.MultiplyAdd<float>(OutputOf(_output.Values, t), error, _blame, _blame);
                _bias.Gradient[t] += error;
            }
        }

        for (int unit = 0; unit < Units; unit++)
        {
            if (_active[unit] > 0)
            {
                Span<float> gradient = HiddenOf(_hidden.Gradient, unit);
                TensorPrimitives.MultiplyAdd<float>(features, _blame[unit], gradient, gradient);
                _hiddenBias.Gradient[unit] += _blame[unit];
            }
        }
    }

    private void Activate(ReadOnlySpan<float> features)
    {
        for (int unit = 0; unit < Units; unit++)
        {
            _active[unit] = Math.Max(0, _hiddenBias.Values[unit] + TensorPrimitives.Dot<float>(HiddenOf(_hidden.Values, unit), features));
        }
    }

    private float Predict(int target) => _bias.Values[target] + TensorPrimitives.Dot<float>(OutputOf(_output.Values, target), _active);

    private Span<float> HiddenOf(float[] values, int unit) => values.AsSpan(unit * _design.Columns, _design.Columns);

    private static Span<float> OutputOf(float[] values, int target) => values.AsSpan(target * Units, Units);

    // A target that is the same everywhere, or unknown, has nothing to be scaled by.
    private static (float[] Means, float[] Deviations) Moments(TrainingTable table, int[] rows)
    {
        float[] means = new float[table.Targets];
        float[] deviations = new float[table.Targets];
        for (int t = 0; t < means.Length; t++)
        {
            float[] labels = [.. rows.Where(row => table.Known[row][t] > 0).Select(row => table.Labels[row][t])];
            means[t] = labels.Length == 0 ? 0 : TensorPrimitives.Average<float>(labels);
            float deviation = labels.Length == 0 ? 0 : TensorPrimitives.StdDev<float>(labels);
            deviations[t] = deviation > 1e-6f ? deviation : 1;
        }

        return (means, deviations);
    }
}
