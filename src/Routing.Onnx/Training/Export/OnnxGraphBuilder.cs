using System.Runtime.InteropServices;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Export;

/// <summary>Builds an ONNX model: nodes, constants, inputs, outputs, metadata.</summary>
/// <remarks>The field numbers are those of onnx.proto (Apache-2.0), IR version 8; operators of opset 17 and ai.onnx.ml 3.</remarks>
internal sealed class OnnxGraphBuilder
{
    public const int Float = 1;
    private const int Int8 = 3, Int32 = 6, Int64 = 7, Bool = 9;
    private const int Opset = 17, MlOpset = 3, IrVersion = 8;
    private readonly ProtoWriter _nodes = new();
    private readonly ProtoWriter _constants = new();
    private readonly ProtoWriter _ports = new();
    private int _names;

    /// <summary>Adds an input of floats or, if said so, of 64-bit integers; -1 is any length.</summary>
    public string Input(string name, bool isInteger, params ReadOnlySpan<int> shape)
    {
        _ports.Write(11, Port(name, isInteger ? Int64 : Float, shape));
        return name;
    }

    /// <summary>Adds an input of any type of number; -1 is any length.</summary>
    public string Input(string name, OrtElementType type, params ReadOnlySpan<int> shape)
    {
        _ports.Write(11, Port(name, (int)type, shape));
        return name;
    }

    /// <summary>Adds an output of any type of number.</summary>
    public void Output(string name, OrtElementType type, params ReadOnlySpan<int> shape) => _ports.Write(12, Port(name, (int)type, shape));

    /// <summary>Adds an output of floats.</summary>
    public void Output(string name, params ReadOnlySpan<int> shape) => _ports.Write(12, Port(name, Float, shape));

    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<int> shape) =>
        Constant(name, Float, MemoryMarshal.AsBytes(values), shape);

    public string Constant(string name, Matrix matrix) => Constant(name, matrix.Values, matrix.Rows, matrix.Columns);

    public string Constant(string name, ByteMatrix matrix) => Constant(name, Int8, MemoryMarshal.AsBytes(matrix.Values), [matrix.Rows, matrix.Columns]);

    public string Constant(string name, float value) => Constant(name, [value], []);

    public string Constant(string name, ReadOnlySpan<int> values) => Constant(name, Int32, MemoryMarshal.AsBytes(values), [values.Length]);

    public string Constant(string name, ReadOnlySpan<long> values) => Constant(name, Int64, MemoryMarshal.AsBytes(values), [values.Length]);

    public string Constant(string name, ReadOnlySpan<bool> values, params ReadOnlySpan<int> shape) =>
        Constant(name, Bool, MemoryMarshal.AsBytes(values), shape);

    /// <summary>Adds an operator with one output.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="attributes">What it is set to; null is nothing.</param>
    /// <param name="output">What its output is called; null makes a name up.</param>
    /// <param name="domain">Whose operator it is; empty is ONNX's own.</param>
    public string Node(string type, string[] inputs, OnnxAttributes? attributes = null, string? output = null, string domain = "")
    {
        output ??= $"v{_names++}";
        var node = new ProtoWriter();
        foreach (string input in inputs)
        {
            node.Write(1, input);
        }

        node.Write(2, output);
        node.Write(3, $"{type}_{output}");
        node.Write(4, type);
        attributes?.AddTo(node);
        if (domain.Length > 0)
        {
            node.Write(7, domain);
        }

        _nodes.Write(1, node);
        return output;
    }

    /// <summary>Puts the model together.</summary>
    public byte[] ToModel(string graphName, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new ProtoWriter();
        var model = new ProtoWriter();
        model.Write(1, IrVersion);
        model.Write(2, "LlmRouting");
        graph.Write(2, graphName);

        // A message is the concatenation of its fields, so parts written apart are simply put one after another.
        byte[] whole = [.. _nodes.Written, .. graph.Written, .. _constants.Written, .. _ports.Written];
        model.Write(7, whole);
        model.Write(8, OperatorSet("", Opset));
        model.Write(8, OperatorSet("ai.onnx.ml", MlOpset));
        foreach (KeyValuePair<string, string> pair in metadata)
        {
            var entry = new ProtoWriter();
            entry.Write(1, pair.Key);
            entry.Write(2, pair.Value);
            model.Write(14, entry);
        }

        return model.Written.ToArray();
    }

    private static ProtoWriter OperatorSet(string domain, int version)
    {
        var set = new ProtoWriter();
        set.Write(1, domain);
        set.Write(2, version);
        return set;
    }

    private string Constant(string name, int type, ReadOnlySpan<byte> bytes, ReadOnlySpan<int> shape)
    {
        var tensor = new ProtoWriter();
        foreach (int length in shape)
        {
            tensor.Write(1, length);
        }

        tensor.Write(2, type);
        tensor.Write(8, name);
        tensor.Write(9, bytes);
        _constants.Write(5, tensor);
        return name;
    }

    private static ProtoWriter Port(string name, int type, ReadOnlySpan<int> shape)
    {
        var dimensions = new ProtoWriter();
        foreach (int length in shape)
        {
            var dimension = new ProtoWriter();
            if (length < 0 && shape.Length > 1)
            {
                // No name: two dimensions of one name are taken to be equal.
            }
            else if (length < 0)
            {
                dimension.Write(2, "features");
            }
            else
            {
                dimension.Write(1, length);
            }

            dimensions.Write(1, dimension);
        }

        var tensor = new ProtoWriter();
        tensor.Write(1, type);
        tensor.Write(2, dimensions);
        var kind = new ProtoWriter();
        kind.Write(1, tensor);
        var port = new ProtoWriter();
        port.Write(1, name);
        port.Write(2, kind);
        return port;
    }
}
