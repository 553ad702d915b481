using System.Text.RegularExpressions;

namespace LlmRouting.Onnx.Tokenization;

/// <summary>A pattern of a tokenizer, compiled for .NET.</summary>
/// <remarks>
/// Thread-safe. .NET matches UTF-16 code units, in which a letter beyond the basic plane is two surrogates and no letter. Text that holds such
/// characters is therefore matched in a shadow of itself, where each of them stands as one character of the same kind (<see cref="ShadowText"/>).
/// </remarks>
internal sealed class TextPattern
{
    // One match takes microseconds; a second of it means a pattern that explodes on this text.
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;
    private readonly string _path;

    private TextPattern(Regex regex, string path)
    {
        _regex = regex;
        _path = path;
    }

    /// <summary>Compiles a pattern in Oniguruma's syntax.</summary>
    /// <exception cref="TokenizerException">It uses what cannot be translated.</exception>
    internal static TextPattern FromOniguruma(string pattern, string path)
    {
        string translated = new PatternTranslator(pattern, path).Translate();
        const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.Multiline;
        try
        {
            try
            {
                return new TextPattern(new Regex(translated, Options | RegexOptions.NonBacktracking, MatchTimeout), path);
            }
            catch (NotSupportedException)
            {
                // Looking ahead, as GPT-2's pattern and its descendants do, needs backtracking; the time limit bounds it.
                return new TextPattern(new Regex(translated, Options | RegexOptions.Compiled, MatchTimeout), path);
            }
        }
        catch (ArgumentException exception)
        {
            throw new TokenizerException($"{path}: the pattern '{pattern}' cannot be compiled: {exception.Message}", exception);
        }
    }

    /// <summary>Compiles a pattern that matches a text as it stands.</summary>
    internal static TextPattern FromText(string text, string path) =>
        new(new Regex(Regex.Escape(text), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchTimeout), path);

    /// <summary>Finds the matches in a text, from its beginning on.</summary>
    internal PatternMatches Matches(ReadOnlySpan<char> text) => new(_regex, text, _path);
}
