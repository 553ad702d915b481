using System.Collections.Immutable;

namespace LlmRouting.Onnx.Inference;

/// <summary>Makes probabilities of logits, and a complexity of those.</summary>
internal sealed class ClassifierHead(
    OnnxHead kind,
    ImmutableArray<string> labels,
    ImmutableArray<double> complexities,
    double temperature,
    double regressionConfidence,
    string model)
{
    /// <summary>Reads one row.</summary>
    /// <param name="values">The logits; overwritten with the probabilities.</param>
    /// <param name="isTruncated">Passed on.</param>
    /// <exception cref="OnnxRuntimeException">A logit is no finite number.</exception>
    public OnnxTextClassification Read(Span<float> values, bool isTruncated)
    {
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                throw new OnnxRuntimeException($"The model '{model}' answered with {value}, which is no finite number; its weights or its number type are damaged.");
            }
        }

        if (kind == OnnxHead.Regression)
        {
            return new(0, labels[0], regressionConfidence, Math.Clamp(values[0], 0f, 1f), isTruncated);
        }

        if (kind == OnnxHead.Softmax)
        {
            Softmax(values);
        }
        else
        {
            Sigmoid(values);
        }

        int best = 0;
        double sum = 0, weighted = 0;
        for (int i = 0; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
            sum += values[i];
            weighted += values[i] * complexities[i];
        }

        // Labels that all are ruled out leave nothing to weigh.
        return new(best, labels[best], values[best], sum > 0 ? Math.Clamp(weighted / sum, 0, 1) : complexities[best], isTruncated);
    }

    private void Softmax(Span<float> values)
    {
        float max = values[0];
        foreach (float value in values)
        {
            max = Math.Max(max, value);
        }

        double sum = 0;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)Math.Exp((values[i] - max) / temperature);
            sum += values[i];
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(values[i] / sum);
        }
    }

    private void Sigmoid(Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(1 / (1 + Math.Exp(-values[i] / temperature)));
        }
    }
}
