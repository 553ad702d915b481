namespace LlmRouting.TextAnalysis;

/// <summary>Guesses the language of prose by its function words, or says that it cannot.</summary>
/// <remarks>
/// The "small word technique" of Grefenstette, Comparing two language identification schemes (JADT 1995): about as good as trigrams from
/// some twenty words on, and with no model to ship. Here a language must beat each other one by the words that only one of the two has, so
/// that close relatives are kept apart by what separates them. Fenced and inline code, lines that look like source, and quotations are left
/// out. Allocates nothing; reads at most 2,000 characters.
/// </remarks>
internal static class LanguageGuess
{
    /// <summary>The most characters that are read.</summary>
    public const int MaxScanned = 2_000;

    private const int MaxHits = 512;
    private const int MinWords = 8;
    private const int MinHits = 4;
    private const int MinDistinct = 3;

    // Languages that inflect have fewer function words. Set on the paragraphs of LanguageGuessTests, November 2026.
    private const double MinShare = 0.18;
    private const double MinMargin = 0.5;

    // A band's or a city's article must not outvote a text: "The Who, The Cure, The Clash".
    private const int MaxRepeats = 3;

    // Above the bits of the lists: where a word comes for the first time, and where it has not come too often yet.
    private const uint First = 1u << 31;
    private const uint Counts = 1u << 30;

    /// <summary>Guesses.</summary>
    /// <param name="text">The text.</param>
    /// <returns>An ISO 639-1 code and by how much it leads the next language (0.5 to 1); null when unsure. "da" is Danish or Norwegian.</returns>
    public static (string Code, double Margin)? Guess(ReadOnlySpan<char> text)
    {
        Span<uint> hits = stackalloc uint[MaxHits];
        int count = Read(text, hits, out int words);
        hits = hits[..count];
        if (words < MinWords || count < MinHits)
        {
            return null;
        }

        int best = 0;
        int bestCount = 0;
        for (int list = 0; list < FunctionWords.ListCount; list++)
        {
            int own = CountOf(hits, list);
            (best, bestCount) = own > bestCount ? (list, own) : (best, bestCount);
        }

        if (bestCount < MinHits || bestCount < words * MinShare)
        {
            return null;
        }

        double margin = MarginOf(hits, best);
        string code = FunctionWords.CodeOf(best);
        return margin < MinMargin || code.Length == 0 ? null : (code, margin);
    }

    /// <summary>Gets whether a piece too short to guess has more words of one language alone than of another alone.</summary>
    public static bool Leans(ReadOnlySpan<char> text, string code, string other)
    {
        Span<uint> hits = stackalloc uint[MaxHits];
        int count = Read(text, hits, out _);
        (int own, int theirs, _) = Compare(hits[..count], FunctionWords.IndexOf(code), FunctionWords.IndexOf(other));
        return own > theirs;
    }

    private static double MarginOf(ReadOnlySpan<uint> hits, int best)
    {
        double margin = 1;
        for (int list = 0; list < FunctionWords.ListCount; list++)
        {
            if (list == best)
            {
                continue;
            }

            (int own, int theirs, int distinct) = Compare(hits, best, list);
            margin = distinct < MinDistinct ? 0 : Math.Min(margin, (double)(own - theirs) / (own + theirs));
        }

        return margin;
    }

    private static (int Own, int Theirs, int Distinct) Compare(ReadOnlySpan<uint> hits, int best, int other)
    {
        (int own, int theirs, int distinct) = (0, 0, 0);
        foreach (uint hit in hits)
        {
            bool isOwn = (hit >> best & 1) != 0;
            if ((hit & Counts) == 0 || isOwn == ((hit >> other & 1) != 0))
            {
                continue;
            }

            own += isOwn ? 1 : 0;
            theirs += isOwn ? 0 : 1;
            distinct += isOwn && (hit & First) != 0 ? 1 : 0;
        }

        return (own, theirs, distinct);
    }

    private static int CountOf(ReadOnlySpan<uint> hits, int list)
    {
        int count = 0;
        foreach (uint hit in hits)
        {
            count += (int)(hit >> list & 1);
        }

        return count;
    }

    private static int Read(ReadOnlySpan<char> text, Span<uint> hits, out int words)
    {
        Span<byte> seen = stackalloc byte[FunctionWords.WordCount];
        seen.Clear();
        text = text[..Math.Min(text.Length, MaxScanned)];
        int count = 0;
        words = 0;
        bool isFenced = false;
        foreach (ReadOnlySpan<char> line in text.EnumerateLines())
        {
            ReadOnlySpan<char> start = line.TrimStart();
            if (start.StartsWith("```", StringComparison.Ordinal) || start.StartsWith("~~~", StringComparison.Ordinal))
            {
                isFenced = !isFenced;
            }
            else if (!isFenced && !start.StartsWith('>') && !CodeLines.LooksLikeSource(line) && !OpensBlock(line))
            {
                ReadLine(line, hits, ref count, ref words, seen);
            }
        }

        return count;
    }

    // Python's keywords are English function words: "if item is not None and item not in seen:".
    private static bool OpensBlock(ReadOnlySpan<char> line)
    {
        line = line.Trim();
        int space = line.IndexOf(' ');
        return space > 0 && line[^1] == ':'
            && line[..space] is "if" or "elif" or "for" or "while" or "with" or "def" or "class" or "except";
    }

    private static void ReadLine(ReadOnlySpan<char> line, Span<uint> hits, ref int count, ref int words, Span<byte> seen)
    {
        for (int i = 0; i < line.Length; i++)
        {
            if (!char.IsLetter(line[i]))
            {
                i += LengthOfQuotation(line[i..]);
                continue;
            }

            int start = i;
            while (i + 1 < line.Length && char.IsLetter(line[i + 1]))
            {
                i++;
            }

            ReadOnlySpan<char> word = line[start..(i + 1)];
            if (!IsProse(line, start, i, word))
            {
                continue;
            }

            words++;
            if (count < hits.Length && FunctionWords.Lookup.TryGetValue(word, out FunctionWords.Entry entry))
            {
                ref byte times = ref seen[entry.Id];
                hits[count++] = entry.Languages | (times == 0 ? First : 0) | (times < MaxRepeats ? Counts : 0);
                times += (byte)(times < MaxRepeats ? 1 : 0);
            }
        }
    }

    // A mark that never closes on its line is an apostrophe, an inch or a slip.
    private static int LengthOfQuotation(ReadOnlySpan<char> rest)
    {
        int close = rest[0] switch
        {
            '"' or '`' or '\u201D' => rest[1..].IndexOf(rest[0]),
            '\u201E' => rest[1..].IndexOfAny('\u201C', '\u201D'),
            '\u201C' => rest[1..].IndexOf('\u201D'),
            '\u00AB' => rest[1..].IndexOf('\u00BB'),
            '\u00BB' => rest[1..].IndexOf('\u00AB'),
            _ => -1,
        };
        return close + 1;
    }

    // Parts of identifiers, paths, addresses and options are no words, and neither are acronyms ("IT", "US").
    private static bool IsProse(ReadOnlySpan<char> line, int start, int end, ReadOnlySpan<char> word)
    {
        char before = start > 0 ? line[start - 1] : ' ';
        char after = end + 1 < line.Length ? line[end + 1] : ' ';
        bool isPart = before is '_' or '/' or '\\' or '@' or '#' or '$' or '=' or '<' or '-' or '.' or '&' || after is '_' or '/' or '\\' or '@' or '(' or '='
            || char.IsDigit(before) || char.IsDigit(after) || (after == '.' && end + 2 < line.Length && char.IsLetterOrDigit(line[end + 2]));
        return !isPart && !(word.Length > 1 && char.IsUpper(word[^1]));
    }
}
