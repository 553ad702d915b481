using System.Text.RegularExpressions;

namespace LlmRouting.JsonSchema;

// A pattern of the schema. Linear-time matching wherever .NET has it; look-around, back-references and huge counts need the
// backtracking engine, which the time-out bounds.
internal sealed class Pattern
{
    private readonly Regex _regex;

    internal Pattern(string source, TimeSpan timeout)
    {
        Source = source;
        string translated = EcmaRegex.Translate(source);
        try
        {
            _regex = new Regex(translated, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, timeout);
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
