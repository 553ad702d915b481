namespace LlmRouting.Onnx.Tokenization.Normalizers;

/// <summary>Applies one normalizer after the other.</summary>
internal sealed class SequenceNormalizer(Normalizer[] steps) : Normalizer
{
    internal override void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        TextBuffer current = BufferPool.Rent();
        TextBuffer next = BufferPool.Rent();
        for (int i = 0; i < steps.Length; i++)
        {
            next.Clear();
            steps[i].Normalize(i == 0 ? text : current.Written, next);
            (current, next) = (next, current);
        }

        output.Append(steps.Length == 0 ? text : current.Written);
        BufferPool.Return(current);
        BufferPool.Return(next);
    }
}
