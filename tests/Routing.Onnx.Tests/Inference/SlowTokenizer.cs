using System.Buffers;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Tests.Inference;

/// <summary>Lets something happen while a text is tokenized, such as time pass.</summary>
internal sealed class SlowTokenizer(ITextTokenizer inner, Action meanwhile) : ITextTokenizer
{
    public SpecialTokenTemplate Template => inner.Template;

    public int PadId => inner.PadId;

    public int? MaxTokens => inner.MaxTokens;

    public void Encode(ReadOnlySpan<char> text, IBufferWriter<int> ids)
    {
        meanwhile();
        inner.Encode(text, ids);
    }
}
