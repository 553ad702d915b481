using System.Collections.Immutable;
using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Holds answers to words that must, or must not, be in them.</summary>
/// <remarks>Answers that only call tools pass. Thread-safe; looks for each word once through the text.</remarks>
public sealed class ContentValidator : IResponseValidator
{
    private const string Missing = "the answer lacks required words";
    private const string Forbidden = "the answer holds forbidden words";

    private readonly ContentValidationSettings _settings;

    /// <summary>Creates a validator.</summary>
    /// <param name="settings">The words.</param>
    /// <param name="name">The name that records use; default "content".</param>
    /// <exception cref="ArgumentException">There are no words, or one is blank.</exception>
    public ContentValidator(ContentValidationSettings settings, string name = "content")
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (settings.Required.IsDefaultOrEmpty && settings.Forbidden.IsDefaultOrEmpty)
        {
            throw new ArgumentException("There are no words to look for; set Required or Forbidden.", nameof(settings));
        }

        foreach (string word in settings.Required.Concat(settings.Forbidden))
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(word, nameof(settings));
        }

        _settings = settings;
        Name = name;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (ResponseReader.IsOnlyToolCalls(response))
        {
            return new(ValidationVerdict.Accept);
        }

        string text = response.Text;
        foreach (string word in _settings.Forbidden)
        {
            if (Holds(text, word))
            {
                return new(Fail(Forbidden, $"Your answer must not hold any of these: {List(_settings.Forbidden)}. Answer again without them."));
            }
        }

        return new(HoldsRequired(text)
            ? ValidationVerdict.Accept
            : Fail(Missing, $"Your answer must hold {(_settings.RequireAny ? "one" : "all")} of these: {List(_settings.Required)}. Answer again."));
    }

    private ValidationVerdict Fail(string reason, string instruction) =>
        _settings.Repair ? ValidationVerdict.Repair(reason, instruction) : ValidationVerdict.Reject(reason);

    private bool HoldsRequired(string text)
    {
        foreach (string word in _settings.Required)
        {
            if (Holds(text, word) == _settings.RequireAny)
            {
                return _settings.RequireAny;
            }
        }

        return !_settings.RequireAny || _settings.Required.IsEmpty;
    }

    private static string List(ImmutableArray<string> words) => "\"" + string.Join("\", \"", words) + "\"";

    private static bool Holds(ReadOnlySpan<char> text, string word)
    {
        int at = 0;
        while (text[at..].IndexOf(word, StringComparison.OrdinalIgnoreCase) is >= 0 and var found)
        {
            int start = at + found;
            int end = start + word.Length;
            bool startsWhole = start == 0 || !(WordTable.IsWordCharacter(word[0]) && WordTable.IsWordCharacter(text[start - 1]));
            bool endsWhole = end == text.Length || !(WordTable.IsWordCharacter(word[^1]) && WordTable.IsWordCharacter(text[end]));
            if (startsWhole && endsWhole)
            {
                return true;
            }

            at = start + 1;
        }

        return false;
    }
}
