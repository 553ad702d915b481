using System.Collections.Immutable;
using LlmRouting.Onnx.Native;

namespace LlmRouting.Onnx.Inference;

/// <summary>Knows which of a model's inputs is which.</summary>
/// <param name="Kinds">What each input is, in the model's order.</param>
/// <param name="Types">The type of its numbers.</param>
/// <param name="FixedLength">How long every row must be; null when that varies.</param>
/// <param name="FixedRows">How many rows every batch must have; null when that varies.</param>
internal sealed record EncoderInputs(
    ImmutableArray<EncoderInput> Kinds,
    ImmutableArray<OrtElementType> Types,
    int? FixedLength,
    int? FixedRows)
{
    /// <summary>Recognises a model's inputs.</summary>
    /// <exception cref="OnnxRuntimeException">They are not those of an encoder of text.</exception>
    public static EncoderInputs Discover(OrtSession session, string name)
    {
        EncoderInput[] kinds = new EncoderInput[session.Inputs.Length];
        int? length = null, rows = null;
        for (int i = 0; i < kinds.Length; i++)
        {
            OrtValueInfo input = session.Inputs[i];
            kinds[i] = input.Name switch
            {
                "input_ids" => EncoderInput.Ids,
                "attention_mask" => EncoderInput.Mask,
                "token_type_ids" => EncoderInput.Types,
                _ => throw Wrong($"it has the input '{input.Name}', which is unknown"),
            };
            if (input.Type is not (OrtElementType.Int64 or OrtElementType.Int32) || input.Shape.Length != 2)
            {
                throw Wrong($"its input is {input}, which is not two-dimensional and of Int64 or Int32");
            }

            rows = input.Shape[0] > 0 ? (int)input.Shape[0] : rows;
            length = input.Shape[1] > 0 ? (int)input.Shape[1] : length;
        }

        if (!kinds.Contains(EncoderInput.Ids))
        {
            throw Wrong("it has no input 'input_ids'");
        }

        return rows > 1
            ? throw Wrong($"it takes {rows} rows at a time and no fewer; export it with a dynamic batch axis")
            : new([.. kinds], [.. session.Inputs.Select(static input => input.Type)], length, rows);

        OnnxRuntimeException Wrong(string reason) => new(
            $"The model '{name}' is no encoder of text: {reason}. Inputs: {string.Join("; ", session.Inputs)}. "
            + "Expected are input_ids and, optionally, attention_mask and token_type_ids.");
    }
}
