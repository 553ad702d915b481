using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Model;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Export;

/// <summary>Writes a router's arithmetic as an ONNX graph.</summary>
/// <remarks>
/// Inputs: <c>indices</c> (int64, one for each feature), <c>counts</c> (float, as many; 0 counts nothing, so a text without features is one
/// pair of zeros) and <c>dense</c> (float, 1 x measures); where the router needs one, <c>embedding</c> (float, 1 x its length). Output: <c>scores</c> (float, 1 x outputs); where the router
/// tells costs, a second one, <c>costs</c> (float, 1 x models, in USD).
/// </remarks>
internal sealed class RouterGraph
{
    private readonly OnnxGraphBuilder _graph = new();
    private readonly RouterModel _model;

    private RouterGraph(RouterModel model) => _model = model;

    public static byte[] Write(RouterModel model, bool isDifference, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var graph = new RouterGraph(model);
        graph.Build(isDifference);
        return graph._graph.ToModel("router", metadata);
    }

    private void Build(bool isDifference)
    {
        string indices = _graph.Input("indices", isInteger: true, -1);
        string counts = _graph.Input("counts", isInteger: false, -1);
        string dense = _graph.Input("dense", isInteger: false, 1, DenseFeatures.Count);
        string latent = Latent(indices, counts);
        latent = _model.Lexicon.Embedding is { } reduction ? Join(reduction, latent) : latent;
        string[] described = _model.Lexicon.Difficulty is { } difficulty ? [latent, Dense(dense), Kernel("difficulty", difficulty, latent)] : [latent, Dense(dense)];
        string features = _graph.Node("Concat", described, new OnnxAttributes().Add("axis", 1));
        string sum = _graph.Constant("blend.bias", _model.Bias, 1, _model.Targets);
        sum = _model.Linear is { } linear ? Share(sum, Linear(linear, features), 0) : sum;
        sum = _model.Neighbours is { } neighbours ? Share(sum, Neighbours(neighbours, latent), 1) : sum;
        sum = _model.Kernel is { } kernel ? Share(sum, Kernel("kernel", kernel, latent), 2) : sum;
        sum = _model.Trees is { } trees ? Share(sum, Trees(trees, features), 3) : sum;
        sum = _model.Network is { } network ? Share(sum, Network(network, features), 4) : sum;
        string scores = Calibrate(sum);
        if (isDifference)
        {
            string strong = _graph.Node("Gather", [scores, _graph.Constant("column.strong", new long[] { 0 })], new OnnxAttributes().Add("axis", 1));
            string weak = _graph.Node("Gather", [scores, _graph.Constant("column.weak", new long[] { 1 })], new OnnxAttributes().Add("axis", 1));
            scores = _graph.Node("Concat", [_graph.Node("Sub", [strong, weak]), scores], new OnnxAttributes().Add("axis", 1));
        }

        _graph.Node("Identity", [scores], output: "scores");
        _graph.Output("scores", 1, _model.Targets + (isDifference ? 1 : 0));
        if (_model.Costs is { } costs)
        {
            Costs(costs, features, dense);
        }
    }

    // (1 + ln max(count, 1)) x min(count, 1): nothing for a count of 0, as the logarithm for all others.
    private string Latent(string indices, string counts)
    {
        string one = _graph.Constant("one", 1f);
        string rows = _graph.Node("Gather", [_graph.Constant("lexicon.rows", _model.Lexicon.Rows), indices]);
        string weights = _graph.Node("Gather", [_graph.Constant("lexicon.weights", _model.Lexicon.Weights, _model.Lexicon.Weights.Length), rows]);
        string growth = _graph.Node("Add", [_graph.Node("Log", [_graph.Node("Max", [counts, one])]), one]);
        string factor = _graph.Node("Mul", [growth, _graph.Node("Min", [counts, one])]);
        string weighted = _graph.Node("Unsqueeze", [_graph.Node("Mul", [weights, factor]), _graph.Constant("axis.first", new long[] { 0 })]);
        string vectors = _graph.Node("Gather", [_graph.Constant("lexicon.projection", _model.Lexicon.Projection), rows]);
        string raw = _graph.Node("MatMul", [weighted, _graph.Node("Cast", [vectors], new OnnxAttributes().Add("to", OnnxGraphBuilder.Float))]);
        string norm = _graph.Node("ReduceL2", [raw], new OnnxAttributes().Add("axes", new long[] { 1 }).Add("keepdims", 1));
        return _graph.Node("Div", [raw, _graph.Node("Max", [norm, _graph.Constant("least.norm", 1e-12f)])]);
    }

    private string Join(EmbeddingReduction reduction, string words)
    {
        string embedding = _graph.Input("embedding", isInteger: false, 1, reduction.Length);
        float[] offset = [.. reduction.Offset.Select(static value => -value)];
        string[] operands = [Unit(embedding, "embedding.least_length", 1e-30f), _graph.Constant("embedding.projection", reduction.Projection), _graph.Constant("embedding.offset", offset, offset.Length)];
        string reduced = Unit(_graph.Node("Gemm", operands, new OnnxAttributes().Add("transB", 1)), "embedding.least_norm", EmbeddingReduction.LeastNorm);

        // The roots follow from the share where ONNX computes them, so that the file holds one number.
        string share = _graph.Constant("embedding.share", reduction.Share);
        string fromWords = _graph.Node("Mul", [words, _graph.Node("Sqrt", [_graph.Node("Sub", ["one", share])])]);
        string fromEmbedding = _graph.Node("Mul", [reduced, _graph.Node("Sqrt", [share])]);
        return _graph.Node("Concat", [fromWords, fromEmbedding], new OnnxAttributes().Add("axis", 1));
    }

    private string Unit(string vector, string leastName, float least)
    {
        string norm = _graph.Node("ReduceL2", [vector], new OnnxAttributes().Add("axes", new long[] { 1 }).Add("keepdims", 1));
        return _graph.Node("Div", [vector, _graph.Node("Max", [norm, _graph.Constant(leastName, least)])]);
    }

    private string Dense(string dense)
    {
        string centred = _graph.Node("Sub", [dense, _graph.Constant("dense.mean", _model.Lexicon.DenseMean, 1, DenseFeatures.Count)]);
        string scaled = _graph.Node("Mul", [centred, _graph.Constant("dense.scale", _model.Lexicon.DenseScale, 1, DenseFeatures.Count)]);
        return _graph.Node("Clip", [scaled, _graph.Constant("dense.least", -4f), _graph.Constant("dense.most", 4f)]);
    }

    private string Share(string sum, string prediction, int family)
    {
        string share = _graph.Constant($"blend.share{family}", _model.Blend[family], 1, _model.Targets);
        return _graph.Node("Add", [sum, _graph.Node("Mul", [prediction, share])]);
    }

    private string Linear(LinearModel linear, string features)
    {
        string product = _graph.Node("Gemm", [features, _graph.Constant("linear.weights", linear.Weights), _graph.Constant("linear.bias", linear.Bias, linear.Bias.Length)],
            new OnnxAttributes().Add("transB", 1));
        return product;
    }

    private string Neighbours(NeighbourModel neighbours, string latent)
    {
        string similar = Similar("neighbours", neighbours.Examples, neighbours.Sharpness, latent);
        OnnxAttributes transposed = new OnnxAttributes().Add("transB", 1);
        string sums = _graph.Node("Gemm", [similar, _graph.Constant("neighbours.sums", neighbours.Sums)], transposed);
        string total = _graph.Node("Gemm", [similar, _graph.Constant("neighbours.known", neighbours.Known)], transposed);
        return _graph.Node("Div", [sums, _graph.Node("Max", [total, _graph.Constant("least.total", 1e-30f)])]);
    }

    private string Kernel(string name, KernelModel kernel, string latent)
    {
        string similar = Similar(name, kernel.Centres, kernel.Sharpness, latent);
        string coefficients = _graph.Constant($"{name}.coefficients", kernel.Coefficients);
        string bias = _graph.Constant($"{name}.bias", kernel.Bias, kernel.Bias.Length);
        return _graph.Node("Gemm", [similar, coefficients, bias], new OnnxAttributes().Add("transB", 1));
    }

    private string Similar(string name, Matrix rows, float sharpness, string latent)
    {
        string cosine = _graph.Node("Gemm", [latent, _graph.Constant($"{name}.vectors", rows)], new OnnxAttributes().Add("transB", 1));
        string angle = _graph.Node("Mul", [_graph.Node("Sub", [cosine, "one"]), _graph.Constant($"{name}.sharpness", sharpness)]);
        return _graph.Node("Exp", [angle]);
    }

    private string Trees(TreesModel trees, string features)
    {
        string sums = _graph.Node("TreeEnsembleRegressor", [features], TreeAttributes.Write(trees), domain: "ai.onnx.ml");
        return _graph.Node("Add", [sums, _graph.Constant("trees.bias", trees.Bias, 1, trees.Bias.Length)]);
    }

    private string Network(NetworkModel network, string features)
    {
        OnnxAttributes transposed = new OnnxAttributes().Add("transB", 1);
        string weighted = _graph.Node(
            "Gemm", [features, _graph.Constant("network.hidden", network.Hidden), _graph.Constant("network.hidden_bias", network.HiddenBias, network.HiddenBias.Length)], transposed);
        string active = _graph.Node("Relu", [weighted]);
        return _graph.Node("Gemm", [active, _graph.Constant("network.output", network.Output), _graph.Constant("network.bias", network.Bias, network.Bias.Length)], transposed);
    }

    // Last, so that the rest of a file is the same with costs and without.
    private void Costs(CostModel costs, string features, string dense)
    {
        int models = costs.Offset.Length;
        string words = _graph.Node(
            "Gemm", [features, _graph.Constant("costs.weights", costs.Words.Weights), _graph.Constant("costs.bias", costs.Words.Bias, models)], new OnnxAttributes().Add("transB", 1));
        string bounded = _graph.Node("Min", [_graph.Node("Max", [words, _graph.Constant("costs.low", costs.Low, 1, models)]), _graph.Constant("costs.high", costs.High, 1, models)]);
        string length = _graph.Node("Gather", [dense, _graph.Constant("column.log-length", new long[] { CostModel.LogLength })], new OnnxAttributes().Add("axis", 1));
        string byLength = _graph.Node("Add", [_graph.Node("Mul", [length, _graph.Constant("costs.exponent", costs.Exponent, 1, models)]), _graph.Constant("costs.offset", costs.Offset, 1, models)]);
        _graph.Node("Exp", [_graph.Node("Add", [byLength, bounded])], output: "costs");
        _graph.Output("costs", 1, models);
    }

    private string Calibrate(string sum)
    {
        bool[] isChance = [.. _model.Slope.Select(static slope => slope != 0)];
        string slope = _graph.Constant("calibration.slope", _model.Slope, 1, _model.Targets);
        string offset = _graph.Constant("calibration.offset", _model.Offset, 1, _model.Targets);
        string chance = _graph.Node("Sigmoid", [_graph.Node("Add", [_graph.Node("Mul", [sum, slope]), offset])]);
        return _graph.Node("Where", [_graph.Constant("calibration.applies", isChance, 1, _model.Targets), chance, sum]);
    }
}
