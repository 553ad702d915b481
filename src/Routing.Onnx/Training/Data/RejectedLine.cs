namespace LlmRouting.Onnx.Training.Data;

/// <summary>Says why a line of a file is not used.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Reason">What is wrong with it, without quoting any of its text.</param>
public sealed record RejectedLine(string File, int Line, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}({Line}): {Reason}";
}
