using System.Collections.Immutable;

namespace LlmRouting.Onnx.Training.Reports;

/// <summary>Holds one line, or one set of marks, of a chart.</summary>
/// <param name="Name">What the legend calls it.</param>
/// <param name="Points">Its points, by rising x.</param>
public sealed record ChartSeries(string Name, ImmutableArray<(double X, double Y)> Points)
{
    /// <summary>Gets whether the points are marked and not joined.</summary>
    /// <value>Default false: a line.</value>
    public bool MarksOnly { get; init; }
}
