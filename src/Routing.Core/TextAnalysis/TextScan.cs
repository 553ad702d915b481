using System.Runtime.CompilerServices;

namespace LlmRouting.TextAnalysis;

/// <summary>Holds what <see cref="TextScanner"/> counted, summed over every piece of text that was scanned into it.</summary>
internal struct TextScan
{
    /// <summary>Characters that were read, which is less than what there is when a text is sampled.</summary>
    public int Scanned;

    // Words and sentences.
    public int Words;
    public int Questions;
    public int Sentences;
    public int Numbers;
    public int Dates;
    public int Names;
    public int Clauses;
    public int CodeCharacters;
    public int CodeLines;
    public bool HasFence;

    // Shapes that byte-pair encodings split at; see TokenEstimator.
    public int LetterRuns;
    public int GluedRuns;
    public int LettersPast3;
    public int CapitalPairs;
    public int CamelHumps;
    public int DigitRuns;
    public int Digits;
    public int PunctuationRuns;
    public int Punctuation;
    public int Lines;
    public int SpaceRuns;

    public int AsciiLetters;

    // Beyond ASCII.
    public bool HasForeign;
    public int OtherSymbols;
    public int SurrogatePairs;
    public ScriptCounts Letters;

    [InlineArray((int)TextScript.Other + 1)]
    public struct ScriptCounts
    {
        private int _first;
    }
}
