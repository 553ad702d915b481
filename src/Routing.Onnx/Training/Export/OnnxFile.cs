using System.Runtime.InteropServices;
using System.Text;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Export;

/// <summary>Reads constants, attributes and metadata out of an ONNX file that <see cref="RouterGraph"/> wrote.</summary>
internal sealed class OnnxFile
{
    private readonly Dictionary<string, (int[] Shape, byte[] Bytes)> _constants = [];
    private readonly Dictionary<string, (List<float> Floats, List<long> Integers)> _attributes = [];

    /// <summary>Reads a file's bytes.</summary>
    /// <exception cref="InvalidDataException">They are no ONNX model.</exception>
    public OnnxFile(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 7:
                    ReadGraph(reader.Bytes);
                    break;
                case 14:
                    ReadMetadata(reader.Bytes);
                    break;
                default:
                    break;
            }
        }
    }

    public Dictionary<string, string> Metadata { get; } = [];

    public bool Has(string constant) => _constants.ContainsKey(constant);

    public bool HasAttribute(string name) => _attributes.ContainsKey(name);

    public float[] Vector(string name) => MemoryMarshal.Cast<byte, float>(Find(name).Bytes).ToArray();

    public int[] Integers32(string name) => MemoryMarshal.Cast<byte, int>(Find(name).Bytes).ToArray();

    public Matrix Matrix(string name)
    {
        (int[] shape, byte[] bytes) = Find(name);
        if (shape.Length != 2 || (long)shape[0] * shape[1] * sizeof(float) != bytes.Length)
        {
            throw new InvalidDataException($"The file's constant '{name}' is damaged.");
        }

        var matrix = new Matrix(shape[0], shape[1]);
        MemoryMarshal.Cast<byte, float>(bytes).CopyTo(matrix.Values);
        return matrix;
    }

    public ByteMatrix ByteMatrix(string name)
    {
        (int[] shape, byte[] bytes) = Find(name);
        if (shape.Length != 2 || (long)shape[0] * shape[1] != bytes.Length)
        {
            throw new InvalidDataException($"The file's constant '{name}' is damaged.");
        }

        var matrix = new ByteMatrix(shape[0], shape[1]);
        MemoryMarshal.Cast<byte, sbyte>(bytes).CopyTo(matrix.Values);
        return matrix;
    }

    public float[] Floats(string attribute) => [.. _attributes[attribute].Floats];

    public long[] Integers(string attribute) => [.. _attributes[attribute].Integers];

    private (int[] Shape, byte[] Bytes) Find(string name) => _constants.TryGetValue(name, out var constant)
        ? constant : throw new InvalidDataException($"The file lacks the constant '{name}'; it is no router that this library wrote.");

    private void ReadMetadata(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        string key = "", value = "";
        while (reader.Read())
        {
            (key, value) = reader.Field == 1 ? (Encoding.UTF8.GetString(reader.Bytes), value) : (key, Encoding.UTF8.GetString(reader.Bytes));
        }

        Metadata[key] = value;
    }

    private void ReadGraph(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    ReadNode(reader.Bytes);
                    break;
                case 5:
                    ReadConstant(reader.Bytes);
                    break;
                default:
                    break;
            }
        }
    }

    private void ReadNode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        while (reader.Read())
        {
            if (reader.Field == 5)
            {
                ReadAttribute(reader.Bytes);
            }
        }
    }

    private void ReadAttribute(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        string name = "";
        List<float> floats = [];
        List<long> integers = [];
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    name = Encoding.UTF8.GetString(reader.Bytes);
                    break;
                case 7:
                    floats.Add(reader.Single);
                    break;
                case 8:
                    integers.Add((long)reader.Number);
                    break;
                default:
                    break;
            }
        }

        _attributes[name] = (floats, integers);
    }

    private void ReadConstant(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtoReader(bytes);
        string name = "";
        List<int> shape = [];
        byte[] raw = [];
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    shape.Add((int)reader.Number);
                    break;
                case 8:
                    name = Encoding.UTF8.GetString(reader.Bytes);
                    break;
                case 9:
                    raw = reader.Bytes.ToArray();
                    break;
                default:
                    break;
            }
        }

        _constants[name] = ([.. shape], raw);
    }
}
