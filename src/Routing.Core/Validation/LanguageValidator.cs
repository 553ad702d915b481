using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Sends back answers in another writing system, and rejects those in another language, than the user's or a given one.</summary>
/// <remarks>
/// <para>For Japanese, kana and Chinese characters count together. Code fences are left out. Answers of few letters pass, and so does every
/// answer when the user's message has hardly any letters or mixes scripts.</para>
/// <para>Languages are told by their function words, where both the message and the answer leave no doubt; what <see cref="LanguageValidationSettings.Language"/>
/// does not list passes. A request that names a language or asks for a translation, its system messages included, may be answered in any
/// language and script, unless one is set.</para>
/// <para>Thread-safe; reads at most 64 Ki characters of an answer for its script, and 2,000 for its language.</para>
/// </remarks>
public sealed class LanguageValidator : IResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "language";

    private const string WrongScript = "the answer is in another writing system";
    private const string WrongLanguage = "the answer is in another language than the request";
    private const string NotTheLanguage = "the answer is in another language than the one that is set";

    // A language that leads its next relative by seven words to one. LanguageGuess starts to guess at three to one.
    private const double ClearMargin = 0.75;
    private const string Fence = "```";

    private readonly LanguageValidationSettings _settings;
    private readonly string? _language;

    /// <summary>Creates a validator.</summary>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public LanguageValidator(LanguageValidationSettings? settings = null)
    {
        _settings = settings ?? LanguageValidationSettings.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MinLetters, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_settings.MinShare, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_settings.MinShare, 1, nameof(settings));
        if (_settings.Language is { } language)
        {
            _language = Known(language) ?? throw new ArgumentOutOfRangeException(
                nameof(settings), language, "Language must be one of en, de, fr, es, it, pt, nl, pl, sv, da, no, nb, nn, tr, cs, ru and uk.");
        }
    }

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        string text = response.Text;
        TextScript? given = _settings.Script ?? ScriptOfLanguage();
        TextScript wanted = given ?? ScriptOf(request.LastUserText);
        if (!HasScript(text, wanted) && (given is not null || !LanguageWishes.SpeaksOfLanguages(request)))
        {
            return new(ValidationVerdict.Repair(WrongScript, $"Your answer is in the wrong language. Answer again in {NameOf(wanted)}."));
        }

        return new(IsOfOtherLanguage(request, text)
            ? ValidationVerdict.Reject(_language is null ? WrongLanguage : NotTheLanguage)
            : ValidationVerdict.Accept);
    }

    private static string? Known(string language) => language.ToUpperInvariant() switch
    {
        "NO" or "NB" or "NN" => "da",
        _ => FunctionWords.IndexOf(language) is var list and >= 0 ? FunctionWords.CodeOf(list) : null,
    };

    private static string? ClearLanguageOf(string text) =>
        LanguageGuess.Guess(text) is { Margin: >= ClearMargin } guess ? guess.Code : null;

    // What stands first or last tells the language of the wish; a pasted text in between may be of another ("Summarise: ...").
    private static bool IsWrittenIn(ReadOnlySpan<char> text, string language, string other)
    {
        text = text.Trim();
        int head = text.IndexOfAny('\n', ':');
        int tail = text.LastIndexOf('\n');
        return text.Length <= LanguageGuess.MaxScanned && (head < 0 || LanguageGuess.Leans(text[..head], language, other))
            && (tail < 0 || LanguageGuess.Leans(text[(tail + 1)..], language, other));
    }

    private bool IsOfOtherLanguage(RoutingRequest request, string text)
    {
        if (ClearLanguageOf(text) is not { } answered)
        {
            return false;
        }

        if (_language is not null)
        {
            return answered != _language;
        }

        string asked = request.LastUserText;
        return ClearLanguageOf(asked) is { } language && answered != language && IsWrittenIn(asked, language, answered)
            && !LanguageWishes.SpeaksOfLanguages(request);
    }

    private bool HasScript(string text, TextScript wanted)
    {
        if (wanted is TextScript.None or TextScript.Other)
        {
            return true;
        }

        TextScan scan = Scan(text);
        int total = Total(in scan);
        return total < _settings.MinLetters || Count(in scan, wanted) >= total * _settings.MinShare;
    }

    private TextScript? ScriptOfLanguage() => _language switch
    {
        null => null,
        "ru" or "uk" => TextScript.Cyrillic,
        _ => TextScript.Latin,
    };

    private string NameOf(TextScript script) =>
        _settings.Script is null && _language is null ? "the language of the question" : $"a language that is written in {Spoken(script)} script";

    private static string Spoken(TextScript script) => script switch
    {
        TextScript.Han => "Chinese",
        TextScript.Kana => "Japanese",
        TextScript.Hangul => "Korean",
        TextScript.SoutheastAsian => "a Southeast Asian",
        _ => script.ToString(),
    };

    private static TextScript ScriptOf(string text)
    {
        TextScan scan = Scan(text);
        int total = Total(in scan);
        TextScript best = TextScript.None;
        for (TextScript script = TextScript.Latin; script <= TextScript.Other; script++)
        {
            best = Count(in scan, script) > Count(in scan, best) ? script : best;
        }

        // A question that mixes scripts half and half may be answered in either.
        return Count(in scan, best) >= total * 0.6 && total >= 4 ? best : TextScript.None;
    }

    private static TextScan Scan(ReadOnlySpan<char> text)
    {
        TextScan scan = default;
        text = text[..Math.Min(text.Length, TextSampler.MaxScanned)];
        while (!text.IsEmpty)
        {
            int open = text.IndexOf(Fence, StringComparison.Ordinal);
            TextScanner.Scan(open < 0 ? text : text[..open], isProse: false, ref scan);
            text = open < 0 ? default : text[(open + Fence.Length)..];
            int close = text.IndexOf(Fence, StringComparison.Ordinal);
            text = close < 0 ? default : text[(close + Fence.Length)..];
        }

        return scan;
    }

    private static int Total(in TextScan scan)
    {
        int total = 0;
        for (TextScript script = TextScript.Latin; script <= TextScript.Other; script++)
        {
            total += Letters(in scan, script);
        }

        return total;
    }

    private static int Count(in TextScan scan, TextScript script) => script switch
    {
        TextScript.None => 0,
        TextScript.Kana when Letters(in scan, TextScript.Kana) > 0 => Letters(in scan, TextScript.Kana) + Letters(in scan, TextScript.Han),
        _ => Letters(in scan, script),
    };

    private static int Letters(in TextScan scan, TextScript script) =>
        scan.Letters[(int)script] + (script == TextScript.Latin ? scan.AsciiLetters : 0);
}
