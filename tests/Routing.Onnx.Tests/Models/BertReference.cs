namespace LlmRouting.Onnx.Tests.Models;

/// <summary>Runs an encoder in plain loops, one row without padding at a time: what ONNX Runtime is compared with.</summary>
internal static class BertReference
{
    public static float[] Logits(RandomBert model, ReadOnlySpan<int> ids)
    {
        double[] first = Hidden(model, ids)[0];
        double[] pooled = [.. Apply(model.Pooler, first).Select(Math.Tanh)];
        return [.. Apply(model.Classifier, pooled).Select(static value => (float)value)];
    }

    public static double[][] Hidden(RandomBert model, ReadOnlySpan<int> ids)
    {
        int hidden = model.Hidden;
        double[][] rows = new double[ids.Length][];
        for (int i = 0; i < ids.Length; i++)
        {
            double[] row = new double[hidden];
            for (int j = 0; j < hidden; j++)
            {
                row[j] = (double)model.Words[(ids[i] * hidden) + j] + model.Places[(i * hidden) + j] + model.Kinds[j];
            }

            rows[i] = Normalize(row, model.Norm);
        }

        foreach (RandomBert.Layer layer in model.Layers)
        {
            double[][] mixed = Attend(model, layer, rows);
            rows = [.. rows.Zip(mixed, (row, part) => Normalize(Sum(row, Apply(layer.Mixed, part)), layer.MixedNorm))];
            rows = [.. rows.Select(row => Normalize(Sum(row, Apply(layer.Narrow, [.. Apply(layer.Wide, row).Select(Gelu)])), layer.NarrowNorm))];
        }

        return rows;
    }

    private static double[][] Attend(RandomBert model, RandomBert.Layer layer, double[][] rows)
    {
        int size = model.Hidden / model.Heads;
        double[][] queries = [.. rows.Select(row => Apply(layer.Query, row))];
        double[][] keys = [.. rows.Select(row => Apply(layer.Key, row))];
        double[][] values = [.. rows.Select(row => Apply(layer.Value, row))];
        double[][] mixed = [.. rows.Select(_ => new double[model.Hidden])];
        for (int head = 0; head < model.Heads; head++)
        {
            int from = head * size;
            for (int i = 0; i < rows.Length; i++)
            {
                double[] weights = new double[rows.Length];
                for (int j = 0; j < rows.Length; j++)
                {
                    double dot = 0;
                    for (int k = from; k < from + size; k++)
                    {
                        dot += queries[i][k] * keys[j][k];
                    }

                    weights[j] = Math.Exp(dot / Math.Sqrt(size));
                }

                double total = weights.Sum();
                for (int j = 0; j < rows.Length; j++)
                {
                    for (int k = from; k < from + size; k++)
                    {
                        mixed[i][k] += weights[j] / total * values[j][k];
                    }
                }
            }
        }

        return mixed;
    }

    private static double[] Apply(RandomBert.Affine map, double[] x)
    {
        double[] result = new double[map.To];
        for (int j = 0; j < map.To; j++)
        {
            double sum = map.Bias[j];
            for (int i = 0; i < x.Length; i++)
            {
                sum += x[i] * map.Weights[(i * map.To) + j];
            }

            result[j] = sum;
        }

        return result;
    }

    private static double[] Normalize(double[] x, RandomBert.Scaling norm)
    {
        double mean = x.Average();
        double deviation = Math.Sqrt(x.Sum(value => (value - mean) * (value - mean)) / x.Length + 1e-5);
        return [.. x.Select((value, i) => ((value - mean) / deviation * norm.Gain[i]) + norm.Bias[i])];
    }

    private static double[] Sum(double[] left, double[] right) => [.. left.Zip(right, static (a, b) => a + b)];

    private static double Gelu(double x) => 0.5 * x * (1 + Erf(x / Math.Sqrt(2)));

    // The series of the error function (DLMF 7.6.2), which converges for every argument; the arguments here stay below 6.
    private static double Erf(double x)
    {
        if (Math.Abs(x) > 6)
        {
            return Math.Sign(x);
        }

        double term = x, sum = x;
        for (int n = 1; n < 200 && Math.Abs(term) > 1e-17; n++)
        {
            term *= 2 * x * x / ((2 * n) + 1);
            sum += term;
        }

        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }
}
