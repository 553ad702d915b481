using LlmRouting.TextAnalysis;

namespace LlmRouting;

/// <summary>Estimates how many tokens a text takes, without a vocabulary and in bounded time.</summary>
/// <remarks>
/// Stateless and thread-safe; allocates nothing. Counts the shapes that byte-pair encodings split at (words, capitals, digits, punctuation,
/// scripts) and weighs them; the weights are least-squares fits to OpenAI's o200k_base. Errors by kind of text: docs/token-estimate.md.
/// A text of more than <see cref="MaxScannedCharacters"/> characters is read in evenly spaced windows, its head and tail among them.
/// </remarks>
public sealed class TokenEstimator : ITokenCounter
{
    /// <summary>The longest text that is read whole.</summary>
    /// <value>65,536 UTF-16 code units, about 16,000 tokens of English.</value>
    public const int MaxScannedCharacters = TextSampler.MaxScanned;

    /// <summary>Gets the shared instance.</summary>
    public static TokenEstimator Default { get; } = new();

    /// <inheritdoc/>
    public int CountTokens(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        TextScan scan = default;
        var sampler = new TextSampler(text.Length);
        while (sampler.TryTake(ref text, out ReadOnlySpan<char> piece))
        {
            TextScanner.Scan(piece, isProse: false, ref scan);
        }

        return ToTokens(Estimate(in scan) * sampler.Total / Math.Max(1, scan.Scanned));
    }

    /// <summary>Rounds to whole tokens, at least one.</summary>
    internal static int ToTokens(double tokens) => (int)Math.Min(int.MaxValue, Math.Max(1, Math.Round(tokens)));

    /// <summary>Weighs what was scanned, without extrapolating.</summary>
    /// <remarks>Weights: non-negative least squares on relative error, o200k_base, 2026-11-22; see docs/token-estimate.md.</remarks>
    internal static double Estimate(in TextScan scan)
    {
        // Of the texts of a request mostly one only holds anything.
        if (scan.Scanned == 0)
        {
            return 0;
        }

        double tokens = (0.91 * scan.LetterRuns) - (0.60 * scan.GluedRuns) + (0.07 * scan.LettersPast3)
            + (0.14 * scan.CapitalPairs) + (0.68 * scan.CamelHumps)
            + (1.32 * scan.DigitRuns) + (0.28 * scan.Digits)
            + (0.72 * scan.PunctuationRuns) + (0.23 * scan.Punctuation)
            + (0.71 * scan.Lines) + (0.61 * scan.SpaceRuns);
        return scan.HasForeign ? tokens + EstimateForeign(in scan) : tokens;
    }

    private static double EstimateForeign(in TextScan scan) =>
        (0.73 * scan.Letters[(int)TextScript.Latin])
        + (0.10 * scan.Letters[(int)TextScript.Cyrillic])
        + (0.24 * scan.Letters[(int)TextScript.Greek])
        + (0.09 * scan.Letters[(int)TextScript.Arabic])
        + (0.20 * scan.Letters[(int)TextScript.Hebrew])
        + (0.15 * scan.Letters[(int)TextScript.Indic])
        + (0.44 * scan.Letters[(int)TextScript.SoutheastAsian])
        + (0.79 * scan.Letters[(int)TextScript.Han])
        + (0.62 * scan.Letters[(int)TextScript.Kana])
        + (0.37 * scan.Letters[(int)TextScript.Hangul])
        + (0.23 * scan.Letters[(int)TextScript.Other])
        + (1.58 * scan.OtherSymbols)
        + (1.80 * scan.SurrogatePairs);
}
