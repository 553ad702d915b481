namespace LlmRouting.Onnx.Tests.Models;

/// <summary>Holds the seeded random weights of an encoder in the shape of BERT, for <see cref="BertGraph"/> to write and <see cref="BertReference"/> to run.</summary>
internal sealed class RandomBert
{
    private readonly Random _random;

    public RandomBert(int layers, int hidden, int heads, int vocabulary, int positions, int labels, int seed)
    {
        _random = new Random(seed);
        Hidden = hidden;
        Heads = heads;
        Vocabulary = vocabulary;
        Positions = positions;
        Labels = labels;
        Words = Draw(vocabulary * hidden, 0.5);
        Places = Draw(positions * hidden, 0.2);
        Kinds = Draw(2 * hidden, 0.2);
        Norm = new(this);
        Layers = [.. Enumerable.Range(0, layers).Select(_ => new Layer(this))];
        Pooler = new(this, hidden, hidden);
        Classifier = new(this, hidden, labels, 2);
    }

    public int Hidden { get; }

    public int Heads { get; }

    public int Vocabulary { get; }

    public int Positions { get; }

    public int Labels { get; }

    public float[] Words { get; }

    public float[] Places { get; }

    public float[] Kinds { get; }

    public Scaling Norm { get; }

    public Layer[] Layers { get; }

    public Affine Pooler { get; }

    public Affine Classifier { get; }

    private float[] Draw(int count, double spread, double centre = 0)
    {
        float[] values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = (float)(centre + (((2 * _random.NextDouble()) - 1) * spread));
        }

        return values;
    }

    internal sealed class Affine(RandomBert model, int from, int to, double gain = 1)
    {
        public int To { get; } = to;

        public float[] Weights { get; } = model.Draw(from * to, gain * Math.Sqrt(3.0 / from));

        public float[] Bias { get; } = model.Draw(to, 0.1);
    }

    internal sealed class Scaling(RandomBert model)
    {
        public float[] Gain { get; } = model.Draw(model.Hidden, 0.2, 1);

        public float[] Bias { get; } = model.Draw(model.Hidden, 0.1);
    }

    internal sealed class Layer(RandomBert model)
    {
        public Affine Query { get; } = new(model, model.Hidden, model.Hidden);

        public Affine Key { get; } = new(model, model.Hidden, model.Hidden);

        public Affine Value { get; } = new(model, model.Hidden, model.Hidden);

        public Affine Mixed { get; } = new(model, model.Hidden, model.Hidden);

        public Scaling MixedNorm { get; } = new(model);

        public Affine Wide { get; } = new(model, model.Hidden, 4 * model.Hidden);

        public Affine Narrow { get; } = new(model, 4 * model.Hidden, model.Hidden);

        public Scaling NarrowNorm { get; } = new(model);
    }
}
