using System.Text.RegularExpressions;

namespace LlmRouting.JsonSchema;

// A pattern of the schema. Linear-time matching wherever .NET has it; look-around, back-references and huge counts need the
// backtracking engine, which the time-out bounds.
internal sealed class Pattern
{
    // A class such as \p{L} is hundreds of pairs of surrogates, which the linear engine takes half a second to set up (measured
    // 2026-11-22; the backtracking one takes under a millisecond).
    private const int MaxLinearLength = 1500;

    private readonly Regex _regex;
    private readonly AsciiPattern? _ascii;

    internal Pattern(string source, TimeSpan timeout)
    {
        Source = source;
        string translated = EcmaRegex.Translate(source);
        _ascii = AsciiPattern.TryCreate(source);
        try
        {
            RegexOptions engine = translated.Length > MaxLinearLength ? RegexOptions.None : RegexOptions.NonBacktracking;
            _regex = new Regex(translated, RegexOptions.CultureInvariant | engine, timeout);
        }
        catch (NotSupportedException)
        {
            _regex = Backtracking(translated, timeout);
        }
    }

    internal string Source { get; }

    internal bool IsMatch(ReadOnlySpan<byte> text, Evaluation evaluation)
    {
        evaluation.ChargeText(text);
        return _ascii?.IsMatch(text) ?? IsWideMatch(text);
    }

    // Apart, so that ASCII patterns do not pay for clearing the scratch.
    private bool IsWideMatch(ReadOnlySpan<byte> text)
    {
        using var wide = new Utf16Text(text, stackalloc char[Utf16Text.StackChars]);
        try
        {
            return _regex.IsMatch(wide.Span);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new EvaluationLimitException(
                $"Matching the pattern '{Source}' took more than {_regex.MatchTimeout.TotalMilliseconds} ms (SchemaOptions.RegexTimeout); simplify the pattern.");
        }
    }

    private static Regex Backtracking(string translated, TimeSpan timeout)
    {
        try
        {
            return new Regex(translated, RegexOptions.CultureInvariant, timeout);
        }
        catch (ArgumentException refused)
        {
            throw new FormatException("it cannot be expressed here; simplify it.", refused);
        }
    }
}
