namespace LlmRouting.Onnx.Training.Export;

/// <summary>Collects the attributes of an ONNX operator.</summary>
internal sealed class OnnxAttributes
{
    private const int IntType = 2, StringType = 3, FloatsType = 6, IntsType = 7, StringsType = 8;
    private readonly ProtoWriter _attributes = new();

    public OnnxAttributes Add(string name, long value)
    {
        ProtoWriter attribute = Start(name, IntType);
        attribute.Write(3, value);
        return End(attribute);
    }

    public OnnxAttributes Add(string name, string value)
    {
        ProtoWriter attribute = Start(name, StringType);
        attribute.Write(4, value);
        return End(attribute);
    }

    public OnnxAttributes Add(string name, IEnumerable<long> values)
    {
        ProtoWriter attribute = Start(name, IntsType);
        foreach (long value in values)
        {
            attribute.Write(8, value);
        }

        return End(attribute);
    }

    public OnnxAttributes Add(string name, IEnumerable<float> values)
    {
        ProtoWriter attribute = Start(name, FloatsType);
        foreach (float value in values)
        {
            attribute.Write(7, value);
        }

        return End(attribute);
    }

    public OnnxAttributes Add(string name, IEnumerable<string> values)
    {
        ProtoWriter attribute = Start(name, StringsType);
        foreach (string value in values)
        {
            attribute.Write(9, value);
        }

        return End(attribute);
    }

    /// <summary>Writes all of them into a node.</summary>
    public void AddTo(ProtoWriter node)
    {
        var reader = new ProtoReader(_attributes.Written);
        while (reader.Read())
        {
            node.Write(5, reader.Bytes);
        }
    }

    private static ProtoWriter Start(string name, int type)
    {
        var attribute = new ProtoWriter();
        attribute.Write(1, name);
        attribute.Write(20, type);
        return attribute;
    }

    private OnnxAttributes End(ProtoWriter attribute)
    {
        _attributes.Write(5, attribute);
        return this;
    }
}
