using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Inference;

/// <summary>Runs rows, each to as many numbers.</summary>
/// <remarks>Thread-safe.</remarks>
internal interface IRowRunner
{
    /// <summary>Runs rows at once.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="outputs">Receives the numbers of each row, one row after another.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Stops it.</param>
    void Run(ReadOnlySpan<EncodedText> rows, Span<float> outputs, TimeSpan limit, CancellationToken cancellationToken);
}
