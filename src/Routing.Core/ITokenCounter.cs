namespace LlmRouting;

/// <summary>Counts the tokens that a text takes.</summary>
/// <remarks>Implementations must be thread-safe and bounded in time: a text may be megabytes long.</remarks>
public interface ITokenCounter
{
    /// <summary>Counts, or estimates, the tokens of a text.</summary>
    /// <param name="text">Any text, empty included.</param>
    /// <returns>At least 0.</returns>
    int CountTokens(ReadOnlySpan<char> text);
}
