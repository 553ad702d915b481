namespace LlmRouting.Onnx.Tokenization.PreTokenizers;

/// <summary>GPT-2's alphabet of 256 visible characters, one for each byte.</summary>
internal static class ByteAlphabet
{
    /// <summary>The character of each byte.</summary>
    internal static string Characters { get; } = string.Create(256, 0, static (characters, _) =>
    {
        int next = 256;
        for (int b = 0; b < 256; b++)
        {
            // Bytes that are visible in Latin-1 stand for themselves; the others are moved above it, in their order.
            characters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? (char)b : (char)next++;
        }
    });
}
