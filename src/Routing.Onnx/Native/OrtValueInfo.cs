using System.Collections.Immutable;

namespace LlmRouting.Onnx.Native;

/// <summary>Describes an input or output of a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its elements; undefined when it is no tensor.</param>
/// <param name="Shape">Its dimensions; -1 is one that varies.</param>
internal sealed record OrtValueInfo(string Name, OrtElementType Type, ImmutableArray<long> Shape)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Name}: {Type}[{string.Join(", ", Shape.Select(static dimension => dimension < 0 ? "?" : dimension.ToString(System.Globalization.CultureInfo.InvariantCulture)))}]";
}
