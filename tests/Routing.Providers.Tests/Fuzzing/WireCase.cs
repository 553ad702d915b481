namespace LlmRouting.Providers.Fuzzing;

/// <summary>Is one response that a service might send, and how it arrives.</summary>
/// <param name="Sample">The name of the valid answer that it was made from.</param>
/// <param name="Streaming">Whether a stream was asked for.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The header of that name; null for none.</param>
/// <param name="Headers">Further headers.</param>
/// <param name="Body">The bytes.</param>
/// <param name="PieceLength">How many bytes arrive at a time, at the most.</param>
/// <param name="BreaksAt">After how many bytes the connection breaks; null for never.</param>
internal sealed record WireCase(
    string Sample,
    bool Streaming,
    int Status,
    string? ContentType,
    KeyValuePair<string, string>[] Headers,
    byte[] Body,
    int PieceLength,
    int? BreaksAt);
