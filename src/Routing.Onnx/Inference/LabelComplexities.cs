using System.Collections.Frozen;
using System.Collections.Immutable;

namespace LlmRouting.Onnx.Inference;

/// <summary>Knows how hard the requests of each label are.</summary>
internal static class LabelComplexities
{
    private static readonly FrozenDictionary<string, double> Known = new Dictionary<string, double>
    {
        ["trivial"] = 0.15, ["easy"] = 0.15, ["simple"] = 0.15, ["low"] = 0.15, ["fast"] = 0.15, ["weak"] = 0.15,
        ["medium"] = 0.5, ["moderate"] = 0.5, ["intermediate"] = 0.5, ["balanced"] = 0.5,
        ["hard"] = 0.85, ["difficult"] = 0.85, ["complex"] = 0.85, ["high"] = 0.85, ["expert"] = 0.85, ["frontier"] = 0.85, ["strong"] = 0.85,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Finds the complexity of each label.</summary>
    /// <param name="labels">The model's labels.</param>
    /// <param name="map">What the host says; goes before the known names.</param>
    /// <param name="model">What messages call the model.</param>
    /// <exception cref="OnnxRuntimeException">A label has none, or the map names a label that the model does not have.</exception>
    public static ImmutableArray<double> For(ImmutableArray<string> labels, IReadOnlyDictionary<string, double> map, string model)
    {
        foreach (string label in map.Keys)
        {
            if (!labels.Contains(label, StringComparer.OrdinalIgnoreCase))
            {
                throw new OnnxRuntimeException($"Labels names '{label}', which the model '{model}' does not have; its labels: {string.Join(", ", labels)}.");
            }
        }

        return [.. labels.Select(Find)];

        double Find(string label)
        {
            foreach (KeyValuePair<string, double> pair in map)
            {
                if (string.Equals(pair.Key, label, StringComparison.OrdinalIgnoreCase))
                {
                    return pair.Value;
                }
            }

            return Known.TryGetValue(label, out double known)
                ? known
                : throw new OnnxRuntimeException(
                    $"The model '{model}' has the label '{label}', and nothing says how hard its requests are. "
                    + $"Set Labels, such as \"{label}\": 0.5, for each of: {string.Join(", ", labels)}.");
        }
    }
}
