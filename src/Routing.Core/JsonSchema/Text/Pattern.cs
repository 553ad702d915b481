using System.Text.RegularExpressions;

namespace LlmRouting.JsonSchema;

// A pattern of the schema. Linear-time matching wherever .NET has it; look-around, back-references and huge counts need the
// backtracking engine, which the time-out bounds.
internal sealed class Pattern
{
    // A class such as \p{L} is hundreds of pairs of surrogates, which the linear engine takes half a second to set up (measured
    // 2026-11-22; the backtracking one takes under a millisecond).
    private const int MaxLinearLength = 1500;

    // What setting up an engine counts for, in steps of a validation: about a millisecond.
    private const int SetUpSteps = 1000;

    private readonly string _translated;
    private readonly TimeSpan _timeout;
    private readonly AsciiPattern? _ascii;

    // Set up when first needed, which for most patterns is never.
    private volatile Regex? _regex;

    internal Pattern(string source, TimeSpan timeout)
    {
        Source = source;
        _timeout = timeout;
        _translated = EcmaRegex.Translate(source);
        _ascii = AsciiPattern.TryCreate(source);
    }

    internal string Source { get; }

    internal bool IsMatch(ReadOnlySpan<byte> text, Evaluation evaluation)
    {
        evaluation.ChargeText(text);
        return _ascii?.IsMatch(text) ?? IsWideMatch(text, evaluation);
    }

    // Apart, so that ASCII patterns do not pay for clearing the scratch.
    private bool IsWideMatch(ReadOnlySpan<byte> text, Evaluation evaluation)
    {
        using var wide = new Utf16Text(text, stackalloc char[Utf16Text.StackChars]);
        try
        {
            return (_regex ?? SetUp(evaluation)).IsMatch(wide.Span);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new EvaluationLimitException(
                $"Matching the pattern '{Source}' took more than {_timeout.TotalMilliseconds} ms (SchemaSettings.RegexTimeout); simplify the pattern.");
        }
    }

    private Regex SetUp(Evaluation evaluation)
    {
        evaluation.Charge(SetUpSteps);
        try
        {
            RegexOptions engine = _translated.Length > MaxLinearLength ? RegexOptions.None : RegexOptions.NonBacktracking;
            return _regex = new Regex(_translated, RegexOptions.CultureInvariant | engine, _timeout);
        }
        catch (NotSupportedException)
        {
            return _regex = Backtracking();
        }
    }

    private Regex Backtracking()
    {
        try
        {
            return new Regex(_translated, RegexOptions.CultureInvariant, _timeout);
        }
        catch (ArgumentException refused)
        {
            throw new EvaluationLimitException($"The pattern '{Source}' cannot be expressed here ({refused.GetType().Name}); simplify it.");
        }
    }
}
