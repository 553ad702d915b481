using System.Text.Json.Nodes;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tests.Tokenization.Training;
using LlmRouting.Onnx.Training.Export;

namespace LlmRouting.Onnx.Tests.Models;

/// <summary>Writes models as exporters do: a folder with a graph, a tokenizer and a configuration.</summary>
internal static class ModelFolder
{
    private static readonly Lazy<JsonObject> Tokenizer = new(static () => TrainedTokenizers.Bert(lowercase: true));

    /// <summary>Gets how many tokens the vocabulary holds.</summary>
    public static int Vocabulary => ((JsonObject)Tokenizer.Value["model"]!["vocab"]!).Count; // the file is ours

    public static RandomBert Bert(int labels = 3, int layers = 2, int hidden = 32, int positions = 64, int seed = 7) =>
        new(layers, hidden, heads: Math.Max(2, hidden / 64), Vocabulary, positions, labels, seed);

    public static void Write(string folder, byte[] model, string[] labels, string? problem = null, int? positions = null)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model);
        WriteTokenizer(folder);
        WriteConfiguration(folder, labels, problem, positions);
    }

    public static void WriteTokenizer(string folder) => File.WriteAllText(Path.Combine(folder, "tokenizer.json"), Tokenizer.Value.ToJsonString());

    public static void WriteConfiguration(string folder, string[] labels, string? problem = null, int? positions = null)
    {
        JsonObject names = [];
        for (int i = 0; i < labels.Length; i++)
        {
            names[$"{i}"] = labels[i];
        }

        JsonObject configuration = new() { ["model_type"] = "bert", ["id2label"] = names };
        if (problem is not null)
        {
            configuration["problem_type"] = problem;
        }

        if (positions is not null)
        {
            configuration["max_position_embeddings"] = positions;
        }

        File.WriteAllText(Path.Combine(folder, ModelConfiguration.FileName), configuration.ToJsonString());
    }

    /// <summary>Writes a graph that gives the same logits whatever it is asked, so that a test can say what they are.</summary>
    public static byte[] Constant(float[] logits, string input = "input_ids", string output = "logits", int inputRank = 2)
    {
        var graph = new OnnxGraphBuilder();
        int[] shape = new int[inputRank];
        Array.Fill(shape, -1);
        string ids = graph.Input(input, OrtElementType.Int64, shape);
        string numbers = graph.Node("Cast", [ids], new OnnxAttributes().Add("to", 1));
        string zeros = graph.Node("Mul", [numbers, graph.Constant("zero", 0f)]);
        string row = graph.Node("ReduceSum", [zeros, graph.Constant("axis", [(long)inputRank - 1])], new OnnxAttributes().Add("keepdims", 1));
        graph.Node("Add", [row, graph.Constant("values", logits, 1, logits.Length)], output: output);
        graph.Output(output, OrtElementType.Float, -1, -1);
        return graph.ToModel("constant", []);
    }

    /// <summary>Writes a graph whose three logits are each the sum of a row's mask, so how many tokens of it count; its input has a shape of its own.</summary>
    public static byte[] Counting(int rows, int length)
    {
        var graph = new OnnxGraphBuilder();
        graph.Input("input_ids", OrtElementType.Int64, rows, length);
        string mask = graph.Node("Cast", [graph.Input("attention_mask", OrtElementType.Int64, rows, length)], new OnnxAttributes().Add("to", 1));
        string sum = graph.Node("ReduceSum", [mask, graph.Constant("axis", [1L])], new OnnxAttributes().Add("keepdims", 1));
        graph.Node("Add", [sum, graph.Constant("values", (float[])[0f, 0f, 0f], 1, 3)], output: "logits");
        graph.Output("logits", OrtElementType.Float, rows, 3);
        return graph.ToModel("counting", []);
    }

    /// <summary>Writes a graph with outputs of these names and types.</summary>
    public static byte[] Outputs(OrtElementType type, params string[] names)
    {
        var graph = new OnnxGraphBuilder();
        string ids = graph.Input("input_ids", OrtElementType.Int64, -1, -1);
        string numbers = graph.Node("Cast", [ids], new OnnxAttributes().Add("to", 1));
        string row = graph.Node("ReduceSum", [numbers, graph.Constant("axis", [1L])], new OnnxAttributes().Add("keepdims", 1));
        string wide = graph.Node("Add", [row, graph.Constant("values", (float[])[0f, 0f, 0f], 1, 3)]);
        foreach (string name in names)
        {
            graph.Node("Cast", [wide], new OnnxAttributes().Add("to", (int)type), name);
            graph.Output(name, type, -1, 3);
        }

        return graph.ToModel("outputs", []);
    }

    /// <summary>Writes a graph that computes in 16-bit numbers, as exporters do for fp16; its logits are near 0.1, 0.2 and 0.3.</summary>
    public static byte[] Half()
    {
        var graph = new OnnxGraphBuilder();
        string ids = graph.Input("input_ids", OrtElementType.Int64, -1, -1);
        string zeros = graph.Node("Mul", [To(ids), To(graph.Constant("zero", 0f))]);
        string row = graph.Node("ReduceSum", [zeros, graph.Constant("axis", [1L])], new OnnxAttributes().Add("keepdims", 1));
        string ones = graph.Node("Add", [row, To(graph.Constant("one", 1f))]);
        graph.Node("MatMul", [ones, To(graph.Constant("weights", (float[])[0.1f, 0.2f, 0.3f], 1, 3))], output: "logits");
        graph.Output("logits", OrtElementType.Float16, -1, 3);
        return graph.ToModel("half", []);

        string To(string value) => graph.Node("Cast", [value], new OnnxAttributes().Add("to", (int)OrtElementType.Float16));
    }

    /// <summary>Writes a graph of 8-bit numbers, as quantizers leave it behind; its logits are near 0, 6.4 and 12.7.</summary>
    public static byte[] Quantized()
    {
        var graph = new OnnxGraphBuilder();
        string ids = graph.Input("input_ids", OrtElementType.Int64, -1, -1);
        string zeros = graph.Node("Mul", [graph.Node("Cast", [ids], new OnnxAttributes().Add("to", 1)), graph.Constant("zero", 0f)]);
        string row = graph.Node("ReduceSum", [zeros, graph.Constant("axis", [1L])], new OnnxAttributes().Add("keepdims", 1));
        string ones = graph.Node("Add", [row, graph.Constant("one", 1f)]);
        string scale = graph.Constant("input.scale", 1f / 127);
        string inputs = graph.Node("DequantizeLinear", [graph.Node("QuantizeLinear", [ones, scale]), scale]);
        string bytes = graph.Node("Cast", [graph.Constant("weights", (float[])[0f, 64f, 127f], 1, 3)], new OnnxAttributes().Add("to", (int)OrtElementType.Int8));
        string weights = graph.Node("DequantizeLinear", [bytes, graph.Constant("weights.scale", 0.1f)]);
        graph.Node("MatMul", [inputs, weights], output: "logits");
        graph.Output("logits", OrtElementType.Float, -1, 3);
        return graph.ToModel("quantized", []);
    }
}
