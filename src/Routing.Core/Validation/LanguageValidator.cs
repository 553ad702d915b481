using LlmRouting.TextAnalysis;
using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Sends back answers in another writing system than the user's, or than a given one.</summary>
/// <remarks>
/// <para>Tells scripts apart, not languages: an English answer to a French question passes. For Japanese, kana and Chinese characters count
/// together. Code fences are left out. Answers of few letters pass, and so does every answer when the user's message has hardly any letters
/// or mixes scripts. It does not know what a translation is ("say it in Russian"): leave it out where users ask for them.</para>
/// <para>Thread-safe; reads at most 64 Ki characters of an answer.</para>
/// </remarks>
public sealed class LanguageValidator : IResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "language";

    private const string WrongScript = "the answer is in another writing system";
    private const string Fence = "```";

    private readonly LanguageValidationSettings _settings;

    /// <summary>Creates a validator.</summary>
    /// <param name="settings">The settings; null means the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    public LanguageValidator(LanguageValidationSettings? settings = null)
    {
        _settings = settings ?? LanguageValidationSettings.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(_settings.MinLetters, 1, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_settings.MinShare, nameof(settings));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_settings.MinShare, 1, nameof(settings));
    }

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(response);
        TextScript wanted = _settings.Script ?? ScriptOf(request.LastUserText);
        if (wanted is TextScript.None or TextScript.Other)
        {
            return new(ValidationVerdict.Accept);
        }

        TextScan scan = Scan(response.Text);
        int total = Total(in scan);
        int own = Count(in scan, wanted);
        return new(total < _settings.MinLetters || own >= total * _settings.MinShare
            ? ValidationVerdict.Accept
            : ValidationVerdict.Repair(WrongScript, $"Your answer is in the wrong language. Answer again in {NameOf(wanted)}."));
    }

    private string NameOf(TextScript script) =>
        _settings.Script is null ? "the language of the question" : $"a language that is written in {Spoken(script)} script";

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
