using System.Collections.Immutable;
using LlmRouting.TextAnalysis;

namespace LlmRouting.Learning;

/// <summary>Measures a text: its size, and how much of it is numbers, symbols, names, code and the like.</summary>
/// <remarks>The measures are part of <see cref="FeatureHasher.FeatureVersion"/>; sizes are logarithms, everything else is a share or a small count.</remarks>
public static class DenseFeatures
{
    /// <summary>How many measures there are.</summary>
    public const int Count = 24;

    /// <summary>Gets what each measure is called.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "log-length", "log-words", "word-length", "log-sentences", "sentence-length", "questions", "numbers", "digit-share",
        "punctuation-share", "capital-share", "name-share", "clauses", "code-share", "log-lines", "line-length", "dates",
        "math-share", "blanks-to-fill", "negations", "choices", "choice-length", "foreign-share", "long-word-share", "quotes",
    ];

    /// <summary>Measures a text.</summary>
    /// <param name="length">The length of the whole text, where <paramref name="text"/> is a part of it.</param>
    /// <param name="text">What is read.</param>
    /// <param name="dense">Where the measures go.</param>
    internal static void Read(int length, ReadOnlySpan<char> text, Span<float> dense)
    {
        TextScan scan = default;
        TextScanner.Scan(text, isProse: true, ref scan);
        var marks = TextMarks.Read(text);
        float characters = Math.Max(1, text.Length);
        float words = Math.Max(1, scan.Words);
        dense[0] = MathF.Log(1 + length);
        dense[1] = MathF.Log(1 + scan.Words);
        dense[2] = scan.AsciiLetters / words;
        dense[3] = MathF.Log(1 + scan.Sentences);
        dense[4] = MathF.Log(1 + (scan.Words / (float)Math.Max(1, scan.Sentences)));
        dense[5] = Math.Min(5, scan.Questions);
        dense[6] = MathF.Log(1 + scan.Numbers);
        dense[7] = scan.Digits / characters;
        dense[8] = scan.Punctuation / characters;
        dense[9] = marks.Capitals / characters;
        dense[10] = scan.Names / words;
        dense[11] = scan.Clauses / (float)Math.Max(1, scan.Sentences);
        dense[12] = scan.CodeCharacters / characters;
        dense[13] = MathF.Log(1 + marks.Lines);
        dense[14] = MathF.Log(1 + (characters / (1 + marks.Lines)));
        dense[15] = Math.Min(5, scan.Dates);
        dense[16] = marks.Math / characters;
        dense[17] = Math.Min(5, marks.Blanks);
        dense[18] = Math.Min(5, marks.Negations);
        dense[19] = marks.Choices;
        dense[20] = marks.Choices == 0 ? 0 : MathF.Log(1 + (marks.ChoiceCharacters / (float)marks.Choices));
        dense[21] = marks.Foreign / characters;
        dense[22] = marks.LongWords / words;
        dense[23] = MathF.Log(1 + marks.Quotes);
    }
}
