using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Inference;

/// <summary>Holds the tensors of one run, to be used again for the next.</summary>
/// <remarks>Serves one run at a time. What it has grown to stays, so that steady use allocates nothing.</remarks>
internal sealed class EncoderBatch : IDisposable
{
    private readonly EncoderInputs _inputs;
    private readonly OrtTensor[] _tensors;
    private long[] _unused = []; // what a model that lacks an input, or wants narrower numbers, has its rows written to

    public EncoderBatch(EncoderInputs inputs, RunGuard guard)
    {
        _inputs = inputs;
        Guard = guard;
        _tensors = new OrtTensor[inputs.Kinds.Length];
        for (int i = 0; i < _tensors.Length; i++)
        {
            _tensors[i] = new OrtTensor(inputs.Types[i]);
        }
    }

    public RunGuard Guard { get; }

    public ReadOnlySpan<OrtTensor> Tensors => _tensors;

    public OrtTensor Result { get; } = new(OrtElementType.Float);

    /// <summary>Gets how long the rows are, padding included.</summary>
    public int Length { get; private set; }

    /// <summary>Writes rows into the tensors.</summary>
    public void Fill(ReadOnlySpan<EncodedText> rows)
    {
        int length = _inputs.FixedLength ?? 1;
        foreach (EncodedText row in rows)
        {
            length = Math.Max(length, row.Length);
        }

        Length = length;
        foreach (OrtTensor tensor in _tensors)
        {
            tensor.Resize(rows.Length, length);
        }

        if (_unused.Length < 3 * length)
        {
            _unused = new long[Math.Max(3 * length, 2 * _unused.Length)];
        }

        for (int i = 0; i < rows.Length; i++)
        {
            Fill(rows[i], i, length);
        }
    }

    public void Dispose() => Guard.Dispose();

    private void Fill(EncodedText row, int index, int length)
    {
        Span<long> ids = Target(EncoderInput.Ids, index, length);
        Span<long> mask = Target(EncoderInput.Mask, index, length);
        Span<long> types = Target(EncoderInput.Types, index, length);
        row.CopyTo(ids, mask, types);
        for (int i = 0; i < _tensors.Length; i++)
        {
            if (_inputs.Types[i] == OrtElementType.Int32)
            {
                Span<int> narrow = _tensors[i].As<int>().Slice(index * length, length);
                ReadOnlySpan<long> wide = _inputs.Kinds[i] switch { EncoderInput.Ids => ids, EncoderInput.Mask => mask, _ => types };
                for (int j = 0; j < length; j++)
                {
                    narrow[j] = (int)wide[j];
                }
            }
        }
    }

    private Span<long> Target(EncoderInput kind, int index, int length)
    {
        for (int i = 0; i < _tensors.Length; i++)
        {
            if (_inputs.Kinds[i] == kind && _inputs.Types[i] == OrtElementType.Int64)
            {
                return _tensors[i].As<long>().Slice(index * length, length);
            }
        }

        return _unused.AsSpan((int)kind * length, length);
    }
}
