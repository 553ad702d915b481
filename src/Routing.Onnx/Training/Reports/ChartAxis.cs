using System.Globalization;

namespace LlmRouting.Onnx.Training.Reports;

/// <summary>Lays out an axis: round ticks that enclose all values.</summary>
internal sealed class ChartAxis
{
    private const int MostTicks = 7;

    private readonly int _decimals;

    private ChartAxis(string label, double[] ticks, int decimals)
    {
        Label = label;
        Ticks = ticks;
        _decimals = decimals;
    }

    internal string Label { get; }

    internal double[] Ticks { get; }

    internal static ChartAxis Over(string label, IEnumerable<double> values)
    {
        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        foreach (double value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        if (high - low < 1e-12 * Math.Max(1, Math.Abs(high)))
        {
            // A single value still gets an axis around it.
            double margin = high == 0 ? 1 : Math.Abs(high) / 10;
            (low, high) = (low - margin, high + margin);
        }

        double rough = (high - low) / MostTicks;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = (rough / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
        long first = (long)Math.Floor(low / step + 1e-9);
        long last = (long)Math.Ceiling(high / step - 1e-9);
        double[] ticks = [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
        return new(label, ticks, Math.Clamp((int)-Math.Floor(Math.Log10(step) + 1e-9), 0, 12));
    }

    internal double Part(double value) => (value - Ticks[0]) / (Ticks[^1] - Ticks[0]);

    internal string Format(double value) => (value == 0 ? 0 : value).ToString("F" + _decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
