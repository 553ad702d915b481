using System.Buffers;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LlmRouting.TextAnalysis;

namespace LlmRouting.Classifiers;

/// <summary>Counts, by dimension, which keywords occur in a text.</summary>
/// <remarks>Immutable and thread-safe; allocates nothing.</remarks>
internal sealed class KeywordMatcher
{
    public const int MaxDimensions = 63;

    private readonly WordTable _words = new();
    private readonly SearchValues<string>?[] _unspaced;

    /// <summary>Builds the tables.</summary>
    /// <exception cref="ArgumentException">A keyword is blank, or a stem is shorter than four letters, or there are too many dimensions.</exception>
    public KeywordMatcher(ImmutableArray<HeuristicDimension> dimensions)
    {
        if (dimensions.Length > MaxDimensions)
        {
            throw new ArgumentException($"There are {dimensions.Length} dimensions; at most {MaxDimensions} are supported.", nameof(dimensions));
        }

        _unspaced = new SearchValues<string>?[dimensions.Length];
        for (int i = 0; i < dimensions.Length; i++)
        {
            List<string> unspaced = [];
            foreach (string keyword in dimensions[i].Keywords)
            {
                Check(keyword, dimensions[i].Name, nameof(dimensions));
                if (WordTable.IsWordCharacter(keyword[0]))
                {
                    _words.Add(keyword, i + 1);
                }
                else
                {
                    unspaced.Add(keyword.TrimEnd('*'));
                }
            }

            _unspaced[i] = unspaced.Count > 0 ? SearchValues.Create([.. unspaced], StringComparison.OrdinalIgnoreCase) : null;
        }
    }

    /// <summary>Adds the keywords of a text to the counts.</summary>
    /// <param name="text">The text, bounded by the caller.</param>
    /// <param name="isUnspaced">Whether to look for keywords of scripts that set no spaces, too.</param>
    /// <param name="hits">One count for each dimension.</param>
    /// <remarks>Not inlined, so that a caller that reads head and tail holds one copy of the loop, and the loop has a frame of its own.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Count(ReadOnlySpan<char> text, bool isUnspaced, Span<int> hits)
    {
        WordBlock last = default;
        int position = 0;
        for (; text.Length - position >= TextBlock.Length; position += TextBlock.Length)
        {
            WordBlock block = ReadBlock(text, position, in Unsafe.Add(ref MemoryMarshal.GetReference(text), position), in last);
            CountBlock(text, position - TextBlock.Length, in last, next: block.Word, hits);
            last = block;
        }

        if (position < text.Length)
        {
            WordBlock block = ReadTail(text, position, in last);
            CountBlock(text, position - TextBlock.Length, in last, next: block.Word, hits);
            last = block;
            position += TextBlock.Length;
        }

        CountBlock(text, position - TextBlock.Length, in last, next: 0, hits);
        for (int i = 0; isUnspaced && i < _unspaced.Length; i++)
        {
            if (_unspaced[i] is { } keywords)
            {
                hits[i] += CountUnspaced(text, keywords);
            }
        }
    }

    // Apart, because the runtime never optimises by profile a method with both a loop and a buffer on the stack.
    private static WordBlock ReadTail(ReadOnlySpan<char> text, int position, in WordBlock last)
    {
        Span<char> padded = stackalloc char[TextBlock.Length];
        padded.Fill(' ');
        text[position..].CopyTo(padded);
        return ReadBlock(text, position, in padded[0], in last);
    }

    private static WordBlock ReadBlock(ReadOnlySpan<char> text, int position, ref readonly char start, in WordBlock last)
    {
        ulong letters = TextBlock.LoadWords(in start, out ulong apostrophe, out ulong nonAscii);
        for (ulong bits = nonAscii; bits != 0; bits &= bits - 1)
        {
            letters |= WordTable.IsWordCharacter(text[position + BitOperations.TrailingZeroCount(bits)]) ? bits & (0 - bits) : 0;
        }

        ulong word = letters | (apostrophe & ((letters << 1) | (last.Letters >> 63)));
        return new(letters, word, word & ~((word << 1) | (last.Word >> 63)));
    }

    // One block late, because how long its last word is shows only in the next.
    private void CountBlock(ReadOnlySpan<char> text, int position, in WordBlock block, ulong next, Span<int> hits)
    {
        if (block.WordStart == 0)
        {
            return;
        }

        for (ulong bits = _words.FindCandidates(text, position, block.Word, block.WordStart, next); bits != 0; bits &= bits - 1)
        {
            int offset = BitOperations.TrailingZeroCount(bits);
            int dimension = _words.Match(text, position + offset, WordTable.LengthAt(offset, block.Word, next));
            if (dimension != 0)
            {
                hits[dimension - 1]++;
            }
        }
    }

    private static int CountUnspaced(ReadOnlySpan<char> text, SearchValues<string> keywords)
    {
        // Three say as much as thirty, and stopping there bounds the work.
        int count = 0;
        while (count < 3 && text.IndexOfAny(keywords) is >= 0 and var found)
        {
            count++;
            text = text[(found + 1)..];
        }

        return count;
    }

    private static void Check(string keyword, string dimension, string parameter)
    {
        if (string.IsNullOrWhiteSpace(keyword) || keyword == "*")
        {
            throw new ArgumentException($"Dimension '{dimension}' has a blank keyword; remove it.", parameter);
        }

        if (keyword.EndsWith('*') && !keyword.Contains(' ') && WordTable.IsWordCharacter(keyword[0]) && keyword.Length < 5)
        {
            throw new ArgumentException($"The stem '{keyword}' of dimension '{dimension}' is too short; it must have at least four letters.", parameter);
        }
    }

    private readonly record struct WordBlock(ulong Letters, ulong Word, ulong WordStart);
}
