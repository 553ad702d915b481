using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Training.Export;

namespace LlmRouting.Onnx.Tests.Models;

/// <summary>Writes an encoder as ONNX, with the inputs and outputs that exporters give it.</summary>
internal sealed class BertGraph
{
    private readonly OnnxGraphBuilder _graph = new();
    private readonly RandomBert _model;
    private int _constants;

    private BertGraph(RandomBert model) => _model = model;

    /// <summary>Writes a model.</summary>
    /// <param name="model">The weights.</param>
    /// <param name="embeds">Whether it gives <c>last_hidden_state</c> rather than <c>logits</c>.</param>
    /// <param name="inputType">Int64 or Int32.</param>
    /// <param name="outputType">Float or Float16.</param>
    /// <param name="hasTypes">Whether it reads token types.</param>
    public static byte[] Write(
        RandomBert model,
        bool embeds = false,
        OrtElementType inputType = OrtElementType.Int64,
        OrtElementType outputType = OrtElementType.Float,
        bool hasTypes = true)
    {
        var writer = new BertGraph(model);
        string hidden = writer.Encode(inputType, hasTypes);
        string result = embeds ? hidden : writer.Classify(hidden);
        string name = embeds ? "last_hidden_state" : "logits";
        writer._graph.Node("Cast", [result], new OnnxAttributes().Add("to", (int)outputType), name);
        writer._graph.Output(name, outputType, embeds ? [-1, -1, model.Hidden] : [-1, model.Labels]);
        return writer._graph.ToModel("bert", []);
    }

    private string Encode(OrtElementType inputType, bool hasTypes)
    {
        int heads = _model.Heads, size = _model.Hidden / heads;
        string ids = _graph.Input("input_ids", inputType, -1, -1);
        string mask = _graph.Input("attention_mask", inputType, -1, -1);
        string length = Node("Gather", [Node("Shape", [ids]), Integers(1)]);
        string places = Node("Slice", [Floats(_model.Places, _model.Positions, _model.Hidden), Integers(0), length, Integers(0)]);
        string x = Add(Node("Gather", [Floats(_model.Words, _model.Vocabulary, _model.Hidden), ids]), places);
        string kinds = Floats(_model.Kinds, 2, _model.Hidden);
        string types = hasTypes ? _graph.Input("token_type_ids", inputType, -1, -1) : Integers(0);
        x = Normalize(Add(x, Node("Gather", [kinds, types])), _model.Norm);
        string masked = Node("Unsqueeze", [Node("Cast", [mask], new OnnxAttributes().Add("to", 1)), Integers(1, 2)]);
        string bias = Node("Mul", [Node("Sub", [masked, Floats([1f])]), Floats([10_000f])]);
        string split = Integers(0, 0, heads, size);
        string scale = Floats([(float)(1 / Math.Sqrt(size))]);
        foreach (RandomBert.Layer layer in _model.Layers)
        {
            string query = Transpose(Node("Reshape", [Affine(x, layer.Query), split]), 0, 2, 1, 3);
            string key = Transpose(Node("Reshape", [Affine(x, layer.Key), split]), 0, 2, 3, 1);
            string value = Transpose(Node("Reshape", [Affine(x, layer.Value), split]), 0, 2, 1, 3);
            string scores = Add(Node("Mul", [Node("MatMul", [query, key]), scale]), bias);
            string mixed = Node("MatMul", [Node("Softmax", [scores], new OnnxAttributes().Add("axis", -1)), value]);
            mixed = Node("Reshape", [Transpose(mixed, 0, 2, 1, 3), Integers(0, 0, _model.Hidden)]);
            x = Normalize(Add(x, Affine(mixed, layer.Mixed)), layer.MixedNorm);
            x = Normalize(Add(x, Affine(Gelu(Affine(x, layer.Wide)), layer.Narrow)), layer.NarrowNorm);
        }

        return x;
    }

    private string Classify(string hidden)
    {
        string first = Node("Squeeze", [Node("Gather", [hidden, Integers(0)], new OnnxAttributes().Add("axis", 1)), Integers(1)]);
        return Affine(Node("Tanh", [Affine(first, _model.Pooler)]), _model.Classifier);
    }

    private string Gelu(string x)
    {
        string erf = Node("Erf", [Node("Div", [x, Floats([(float)Math.Sqrt(2)])])]);
        return Node("Mul", [Node("Mul", [x, Floats([0.5f])]), Add(erf, Floats([1f]))]);
    }

    private string Normalize(string x, RandomBert.Scaling norm) => Node("LayerNormalization", [x, Floats(norm.Gain), Floats(norm.Bias)]);

    private string Affine(string x, RandomBert.Affine map) =>
        Add(Node("MatMul", [x, Floats(map.Weights, map.Weights.Length / map.To, map.To)]), Floats(map.Bias));

    private string Transpose(string x, params long[] order) => Node("Transpose", [x], new OnnxAttributes().Add("perm", order));

    private string Add(string left, string right) => Node("Add", [left, right]);

    private string Node(string type, string[] inputs, OnnxAttributes? attributes = null) => _graph.Node(type, inputs, attributes);

    private string Floats(float[] values, params int[] shape) => _graph.Constant($"c{_constants++}", values, shape.Length == 0 ? [values.Length] : shape);

    private string Integers(params long[] values) => _graph.Constant($"c{_constants++}", values);
}
