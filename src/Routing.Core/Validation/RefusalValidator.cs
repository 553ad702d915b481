using System.Collections.Immutable;
using System.Text;
using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Rejects answers that refuse, or, when asked to, admit that they do not know: another model may do better.</summary>
/// <remarks>
/// Looks at how the first sentences start, and only there: a phrase inside a sentence, in quotation marks, in a quoted line or in code is
/// something that the answer talks about. Answers that call tools or are JSON pass. Thread-safe.
/// </remarks>
public sealed class RefusalValidator : IResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "refusal";

    private const string Refuses = "the answer starts with a refusal";
    private const string Hedges = "the answer starts with a hedge";

    private readonly RefusalValidationSettings _settings;
    private readonly ImmutableArray<(string Text, bool IsOpen)> _phrases;
    private readonly ImmutableArray<(string Text, bool IsOpen)> _hedges;

    /// <summary>Creates a validator.</summary>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <exception cref="ArgumentException">A phrase is blank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public RefusalValidator(RefusalValidationSettings? settings = null)
    {
        _settings = settings ?? RefusalValidationSettings.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MaxCharacters, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_settings.MaxCharacters, 4000, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MaxSentences, 1, nameof(settings));
        _phrases = [.. _settings.Phrases.Select(Prepare)];
        _hedges = [.. _settings.Hedges.Select(Prepare)];
    }

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (ResponseReader.CallsTools(response))
        {
            return new(ValidationVerdict.Accept);
        }

        ReadOnlySpan<char> head = response.Text;
        int start = JsonLocator.SkipPreamble(head);
        head = head[Math.Max(start, 0)..];
        string text = Fold(head[..Math.Min(head.Length, _settings.MaxCharacters)]);
        int at = 0;
        for (int sentence = 0; sentence < _settings.MaxSentences && at < text.Length; sentence++)
        {
            ReadOnlySpan<char> rest = text.AsSpan(at);
            if (StartsWithAny(rest, _phrases))
            {
                return new(ValidationVerdict.Reject(Refuses));
            }

            if (StartsWithAny(rest, _hedges))
            {
                return new(ValidationVerdict.Reject(Hedges));
            }

            at = NextSentence(text, at);
        }

        return new(ValidationVerdict.Accept);
    }

    private static bool StartsWithAny(ReadOnlySpan<char> text, ImmutableArray<(string Text, bool IsOpen)> phrases)
    {
        foreach ((string phrase, bool isOpen) in phrases)
        {
            if (text.StartsWith(phrase, StringComparison.Ordinal)
                && (isOpen || text.Length == phrase.Length || !WordTable.IsWordCharacter(text[phrase.Length])))
            {
                return true;
            }
        }

        return false;
    }

    private static int NextSentence(string text, int from)
    {
        for (int i = from; i < text.Length; i++)
        {
            bool isEnd = text[i] is '\u3002' or '\uff01' or '\uff1f' || (text[i] is '.' or '!' or '?' && i + 1 < text.Length && text[i + 1] == ' ');
            if (isEnd)
            {
                while (++i < text.Length && text[i] == ' ')
                {
                }

                return i;
            }
        }

        return text.Length;
    }

    private static (string Text, bool IsOpen) Prepare(string phrase)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(phrase);
        bool isOpen = phrase.EndsWith('*');
        return (Fold(isOpen ? phrase.AsSpan()[..^1] : phrase), isOpen);
    }

    // One blank for any, straight apostrophes, small letters, and no emphasis at the front ("**I'm sorry**"). A quotation mark stays, so
    // that what is quoted does not start like the phrase.
    private static string Fold(ReadOnlySpan<char> text)
    {
        StringBuilder folded = new(text.Length);
        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                if (folded.Length > 0 && folded[^1] != ' ')
                {
                    folded.Append(' ');
                }
            }
            else if (c is not ('*' or '_' or '\uFEFF' or '#') || folded.Length > 0)
            {
                folded.Append(c is '\u2019' or '\u02BC' ? '\'' : char.ToLowerInvariant(c));
            }
        }

        return folded.ToString();
    }
}
