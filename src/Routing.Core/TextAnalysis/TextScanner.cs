using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LlmRouting.TextAnalysis;

/// <summary>Reads a piece of text once, 64 characters at a time, and counts what the features and the token estimate need.</summary>
/// <remarks>
/// Every count is a population count of a bit mask; the last bits of each mask are carried into the next block. Only words (for a handful
/// of telling ones), line ends (for code) and characters beyond ASCII are visited one by one. Nothing is allocated.
/// </remarks>
internal static class TextScanner
{
    /// <summary>Scans a piece of text into <paramref name="scan"/>.</summary>
    /// <param name="text">The text; broken surrogates are counted as symbols.</param>
    /// <param name="isProse">Whether words, sentences and the like are wanted, besides code and token shapes.</param>
    /// <param name="scan">Where the counts are added.</param>
    /// <remarks>Not inlined: a reader with several calls of it would hold as many copies, whose locals it clears each time.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Scan(ReadOnlySpan<char> text, bool isProse, ref TextScan scan)
    {
        if (text.IsEmpty)
        {
            return;
        }

        var carry = new TextCarry { Space = 1UL << 63, Newline = 1UL << 63, LastDate = -1 };
        CodeLines lines = default;
        int position = 0;
        for (; text.Length - position >= TextBlock.Length; position += TextBlock.Length)
        {
            ref readonly char start = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), position);
            ScanBlock(text, position, in start, isProse, ref carry, ref lines, ref scan);
        }

        ScanTail(text, position, isProse, ref carry, ref lines, ref scan);
        CountWords(text, position, next: 0, in carry, ref scan);

        scan.Scanned += text.Length;
        scan.Sentences += carry.HasOpenSentence ? 1 : 0;
        lines.AddTo(ref scan);
    }

    // The rest is padded with a line end and spaces, which also closes the last word, sentence and line. Apart, because the runtime never
    // optimises by profile a method with both a loop and a buffer on the stack.
    private static void ScanTail(
        ReadOnlySpan<char> text, int position, bool isProse, ref TextCarry carry, ref CodeLines lines, ref TextScan scan)
    {
        Span<char> padded = stackalloc char[TextBlock.Length];
        padded.Fill(' ');
        text[position..].CopyTo(padded);
        padded[text.Length - position] = '\n';
        ScanBlock(text, position, in padded[0], isProse, ref carry, ref lines, ref scan);
    }

    private static void ScanBlock(
        ReadOnlySpan<char> text, int position, ref readonly char start, bool isProse, ref TextCarry carry, ref CodeLines lines, ref TextScan scan)
    {
        TextBlock.Load(in start, out TextBlock block);
        scan.AsciiLetters += BitOperations.PopCount(block.Letter);
        ulong unspaced = 0;
        ulong sentenceEnd = 0;
        if (block.NonAscii != 0)
        {
            scan.HasForeign = true;
            ForeignCharacters.Read(text, position, ref block, ref carry, ref scan, out unspaced, out sentenceEnd);
        }

        int rest = text.Length - position;
        CountShapes(in block, rest >= TextBlock.Length ? ulong.MaxValue : (1UL << rest) - 1, ref carry, ref scan);
        if (isProse)
        {
            CountProse(text, position, in block, unspaced, sentenceEnd, ref carry, ref scan);
        }

        ulong backticks = block.Backtick & Shift(block.Backtick, carry.Backtick) & Shift(block.Backtick, carry.Backtick, 2);
        if ((block.Newline | backticks) != 0)
        {
            lines.Read(text, position, block.Newline, backticks);
        }

        carry.Letter = block.Letter;
        carry.Digit = block.Digit;
        carry.Space = block.Space;
        carry.Newline = block.Newline;
        carry.Backtick = block.Backtick;
    }

    private static void CountShapes(in TextBlock block, ulong valid, ref TextCarry carry, ref TextScan scan)
    {
        ulong letter = block.Letter;
        ulong space = block.Space & valid;
        ulong letterBefore = Shift(letter, carry.Letter);
        ulong runStart = letter & ~letterBefore;
        ulong spaceBefore = Shift(block.Space, carry.Space);
        scan.LetterRuns += BitOperations.PopCount(runStart);
        scan.GluedRuns += BitOperations.PopCount(runStart & ~spaceBefore);

        // A pair that follows a pair two characters back is the fourth letter of a word, or a later one.
        ulong two = letter & letterBefore;
        scan.LettersPast3 += BitOperations.PopCount(two & Shift(two, carry.TwoLetters, 2));
        carry.TwoLetters = two;

        scan.CapitalPairs += BitOperations.PopCount(block.Upper & Shift(block.Upper, carry.Upper));
        scan.CamelHumps += BitOperations.PopCount(block.Upper & Shift(letter & ~block.Upper, carry.Letter & ~carry.Upper));
        carry.Upper = block.Upper;

        scan.Digits += BitOperations.PopCount(block.Digit);
        scan.DigitRuns += BitOperations.PopCount(block.Digit & ~Shift(block.Digit, carry.Digit));

        ulong punctuation = ~(letter | block.Digit | block.Space | block.NonAscii) & valid;
        scan.Punctuation += BitOperations.PopCount(punctuation);
        scan.PunctuationRuns += BitOperations.PopCount(punctuation & ~Shift(punctuation, carry.Punctuation));
        carry.Punctuation = punctuation;

        ulong repeated = space & spaceBefore;
        scan.Lines += BitOperations.PopCount(block.Newline & valid & ~Shift(block.Newline, carry.Newline));
        scan.SpaceRuns += BitOperations.PopCount(repeated & ~Shift(repeated, carry.RepeatedSpace));
        carry.RepeatedSpace = repeated;
    }

    private static void CountProse(
        ReadOnlySpan<char> text, int position, in TextBlock block, ulong unspaced, ulong sentenceEnd, ref TextCarry carry, ref TextScan scan)
    {
        ulong letterBefore = Shift(block.Letter, carry.Letter);
        ulong digitBefore = Shift(block.Digit, carry.Digit);
        ulong spaceBefore = Shift(block.Space, carry.Space);
        ulong word = block.Letter | block.Digit | (block.Apostrophe & letterBefore);
        ulong wordStart = word & ~Shift(word, carry.Word);
        scan.Words += BitOperations.PopCount(wordStart);

        // A full stop ends a sentence only before something blank or closing: not in "3.14", not in "request.Name".
        ulong after = block.Space | block.Close;
        sentenceEnd |= after & Shift(block.Stop, carry.Stop);
        scan.Questions += BitOperations.PopCount(after & Shift(block.Question, carry.Question));
        if (sentenceEnd == 0)
        {
            carry.HasOpenSentence |= (wordStart | unspaced) != 0;
        }
        else
        {
            scan.Sentences += BitOperations.PopCount(sentenceEnd);
            ulong upToEnd = ulong.MaxValue >> BitOperations.LeadingZeroCount(sentenceEnd);
            carry.HasOpenSentence = ((wordStart | unspaced) & ~upToEnd) != 0;
        }

        scan.Clauses += BitOperations.PopCount((block.Space & Shift(block.Comma, carry.Comma)) | (block.Open & spaceBefore));

        // A number is digits and what joins digits, unless it belongs to an identifier.
        ulong join = block.NumberJoin & digitBefore;
        ulong number = block.Digit | join;
        scan.Numbers += BitOperations.PopCount(block.Digit & ~Shift(number, carry.Number) & ~letterBefore);
        for (ulong bits = join; bits != 0; bits &= bits - 1)
        {
            if (DateShapes.StartAt(text, position + BitOperations.TrailingZeroCount(bits)))
            {
                scan.Dates++;
                scan.Numbers--;
            }
        }

        // Names: a capital and another letter (not "I", not "I'm"), away from the start of a sentence or a line.
        ulong sentenceStart = (Shift(block.Stop, carry.Stop, 2) & (spaceBefore | Shift(block.Close, carry.Close)))
            | Shift(block.Newline, carry.Newline);
        ulong name = block.Upper & wordStart & ~sentenceStart & (block.Letter >> 1 | 1UL << 63);
        scan.Names += BitOperations.PopCount(name);

        CountWords(text, position - TextBlock.Length, next: word, in carry, ref scan);

        // No telling word has one letter, or starts with a digit.
        carry.WordStart = wordStart & ~block.Digit & (word >> 1 | 1UL << 63);
        carry.Capital = block.Upper;
        carry.Name = name;
        carry.Word = word;
        carry.Number = number;
        carry.Stop = block.Stop;
        carry.Question = block.Question;
        carry.Comma = block.Comma;
        carry.Close = block.Close;
    }

    // One block late, because how long its last word is shows only in the next. Not inlined, so that the loop has the registers to itself.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CountWords(ReadOnlySpan<char> text, int position, ulong next, in TextCarry carry, ref TextScan scan)
    {
        if (carry.WordStart == 0)
        {
            return;
        }

        WordTable table = TellingWords.Table;
        for (ulong bits = table.FindCandidates(text, position, carry.Word, carry.WordStart, next); bits != 0; bits &= bits - 1)
        {
            int offset = BitOperations.TrailingZeroCount(bits);
            int kind = table.Match(text, position + offset, WordTable.LengthAt(offset, carry.Word, next));
            if (kind != 0)
            {
                TellingWords.Count(kind, isCapital: (carry.Capital >> offset & 1) != 0, isName: (carry.Name >> offset & 1) != 0, ref scan);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Shift(ulong mask, ulong before, int by = 1) => (mask << by) | (before >> (64 - by));
}
