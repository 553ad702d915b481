namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Fits the best rising staircase to what was observed, and joins its steps by straight lines.</summary>
/// <remarks>
/// Pool adjacent violators (Barlow et al., 1972; for probabilities Zadrozny and Elkan, 2002). It assumes nothing but order, and wants some hundreds
/// of rows; with fewer, <see cref="PlattCalibration"/> is steadier. Values outside the range seen get the nearest end's. Immutable.
/// </remarks>
public sealed class IsotonicCalibration : IProbabilityCalibration
{
    private readonly double[] _at;
    private readonly double[] _value;

    private IsotonicCalibration(double[] at, double[] value)
    {
        _at = at;
        _value = value;
    }

    /// <summary>Gets the number of steps.</summary>
    public int Steps => _at.Length;

    /// <summary>Fits the staircase.</summary>
    /// <param name="predictions">What the model said; NaN is not allowed.</param>
    /// <param name="observed">What came of it: 0 or 1 for a probability, any number for an expectation.</param>
    /// <exception cref="ArgumentException">There are no rows, the lengths differ, or a number is NaN.</exception>
    public static IsotonicCalibration Fit(ReadOnlySpan<double> predictions, ReadOnlySpan<double> observed)
    {
        double[] x = CalibrationRows.Check(predictions, observed);
        double[] y = observed.ToArray();
        Array.Sort(x, y);

        // Blocks of rows: where each is (mean of x), how high (mean of y), how many rows.
        double[] at = new double[x.Length];
        double[] value = new double[x.Length];
        double[] count = new double[x.Length];
        int blocks = 0;
        for (int i = 0; i < x.Length;)
        {
            double sum = 0;
            int first = i;
            for (; i < x.Length && x[i].Equals(x[first]); i++)
            {
                sum += y[i]; // equal predictions cannot be told apart: one block from the start
            }

            at[blocks] = x[first];
            count[blocks] = i - first;
            value[blocks] = sum / count[blocks];
            for (blocks++; blocks > 1 && value[blocks - 2] >= value[blocks - 1]; blocks--)
            {
                double total = count[blocks - 2] + count[blocks - 1];
                at[blocks - 2] = (at[blocks - 2] * count[blocks - 2] + at[blocks - 1] * count[blocks - 1]) / total;
                value[blocks - 2] = (value[blocks - 2] * count[blocks - 2] + value[blocks - 1] * count[blocks - 1]) / total;
                count[blocks - 2] = total;
            }
        }

        return new(at[..blocks], value[..blocks]);
    }

    /// <inheritdoc/>
    public double Apply(double value)
    {
        if (double.IsNaN(value))
        {
            return double.NaN;
        }

        int index = Array.BinarySearch(_at, value);
        if (index >= 0)
        {
            return _value[index];
        }

        int right = ~index;
        if (right == 0 || right == _at.Length)
        {
            return right == 0 ? _value[0] : _value[^1];
        }

        double part = (value - _at[right - 1]) / (_at[right] - _at[right - 1]);
        return _value[right - 1] + part * (_value[right] - _value[right - 1]);
    }
}
