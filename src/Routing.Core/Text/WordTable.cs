using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LlmRouting.Text;

/// <summary>Finds the words and phrases of a fixed list at given places of a text, ignoring case.</summary>
/// <remarks>
/// Immutable and thread-safe. An entry is a word, a phrase ("step by step"), or a stem that ends in an asterisk ("analy*"). Most words of
/// a text are turned down by one hash of their first four characters, without reading the rest.
/// </remarks>
internal sealed class WordTable
{
    private const int FilterBits = 15;
    private const int HeadBits = 12;
    private const ulong CaseBits = 0x0020_0020_0020_0020;

    // 2^64 divided by the golden ratio, as in Knuth's multiplicative hashing (TAOCP 3, 6.4).
    private const ulong Multiplier = 0x9E37_79B9_7F4A_7C15;

    private readonly ulong[] _filter = new ulong[1 << (FilterBits - 6)];
    private readonly ushort[] _heads = new ushort[1 << HeadBits];
    private Entry[] _entries = [default];

    /// <summary>Adds an entry; only while the table is being built.</summary>
    public void Add(string text, int value)
    {
        bool isStem = text.EndsWith('*');
        string phrase = isStem ? text[..^1] : text;
        (int anchor, int length) = FindAnchor(phrase);

        // Setting one bit folds the case of ASCII, but not of every script: a capital gets a key of its own where it differs.
        bool isWholeInKeys = length == phrase.Length && length <= 8 && Ascii.IsValid(phrase);
        ulong tailKey = phrase.Length > 4 ? KeyOf(phrase, phrase.Length - 4, 4) : 0;
        var entry = new Entry(phrase, anchor, length, isStem, isWholeInKeys, value, TailKey: tailKey);
        string word = phrase.Substring(anchor, length);
        ulong key = KeyOf(word, 0, length);
        Link(key, entry);
        ulong titleKey = KeyOf(string.Concat(word[..1].ToUpperInvariant(), word.AsSpan(1)), 0, length);
        if (titleKey != key)
        {
            Link(titleKey, entry);
        }
    }

    /// <summary>Narrows the words of a block down to those that may be listed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">Where the block of 64 characters starts.</param>
    /// <param name="word">The characters of the block that belong to words.</param>
    /// <param name="wordStart">The first characters of its words.</param>
    /// <returns>The starts of the words that are worth a <see cref="Match"/>.</returns>
    /// <remarks>The loop has no branch on what a word is, which would be mispredicted every few words.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong FindCandidates(ReadOnlySpan<char> text, int position, ulong word, ulong wordStart)
    {
        ref ulong filter = ref MemoryMarshal.GetArrayDataReference(_filter);
        ulong candidates = 0;
        if (text.Length - position < TextBlock.Length + 4)
        {
            // Near the end a key may not be read past the text: leave it to Match, which checks.
            return wordStart;
        }

        ref char block = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), position);
        for (ulong bits = wordStart; bits != 0; bits &= bits - 1)
        {
            int offset = BitOperations.TrailingZeroCount(bits);

            // A word that goes on in the next block has at least these characters, and its key may need more: let it through.
            int length = BitOperations.TrailingZeroCount(~(word >> offset));
            ulong hash = HashOf(KeyAt(ref Unsafe.Add(ref block, offset), length));
            ulong isListed = Unsafe.Add(ref filter, (nint)(hash >> 6)) >> (int)(hash & 63) & 1;
            candidates |= isListed << offset;
        }

        ulong last = wordStart & ~(ulong.MaxValue >> 3);
        return candidates | last;
    }

    /// <summary>Looks up what starts at a word.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the word starts.</param>
    /// <param name="length">How long the word is, at least 1.</param>
    /// <returns>The value of the longest entry that matches; 0 when none does.</returns>
    public int Match(ReadOnlySpan<char> text, int start, int length)
    {
        ulong key = KeyOf(text, start, length);
        int index = _heads[HashOf(key) >> (FilterBits - HeadBits)];
        int best = 0;
        int bestLength = 0;
        while (index != 0)
        {
            ref readonly Entry entry = ref _entries[index];
            if (entry.Key == key && entry.Text.Length > bestLength && Matches(in entry, text, start, length))
            {
                best = entry.Value;
                bestLength = entry.Text.Length;
            }

            index = entry.Next;
        }

        return best;
    }

    /// <summary>Measures the word that starts in a block and may end in the next.</summary>
    public static int LengthAt(ReadOnlySpan<char> text, int position, int offset, ulong word)
    {
        int length = BitOperations.TrailingZeroCount(~(word >> offset));
        if (offset + length < TextBlock.Length)
        {
            return length;
        }

        // No listed word is longer than this, so it is enough to know that one is.
        int start = position + offset;
        while (start + length < text.Length && length < TextBlock.Length && IsWordCharacter(text[start + length]))
        {
            length++;
        }

        return length;
    }

    /// <summary>Gets whether a character can belong to a word that stands between spaces.</summary>
    public static bool IsWordCharacter(char c) => c < 0x80
        ? char.IsAsciiLetterOrDigit(c) || c == '\''
        : ScriptTable.GetScript(c) is var script && script != TextScript.None && !ScriptTable.IsUnspaced(script);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HashOf(ulong key) => (key * Multiplier) >> (64 - FilterBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(ReadOnlySpan<char> text, int start, int length)
    {
        return start + 4 <= text.Length
            ? KeyAt(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start), length)
            : KeyAtEnd(text[start..], length) | CaseBits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyAt(ref char start, int length)
    {
        ulong key = Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<char, byte>(ref start));

        // Words are short and long at random, which a branch here would pay for.
        int shift = 64 - (Math.Min(length, 4) * 16);
        key = BitConverter.IsLittleEndian ? key << shift >> shift : key >> shift << shift;
        return key | CaseBits;
    }

    private static ulong KeyAtEnd(ReadOnlySpan<char> text, int length)
    {
        Span<char> buffer = stackalloc char[4];
        text[..Math.Min(length, text.Length)].CopyTo(buffer);
        return MemoryMarshal.Cast<char, ulong>(buffer)[0];
    }

    private static bool Matches(ref readonly Entry entry, ReadOnlySpan<char> text, int start, int length)
    {
        start -= entry.Anchor;
        int end = start + entry.Text.Length;
        bool isPhrase = entry.Text.Length > entry.WordLength;
        bool isStemHere = entry.IsStem && entry.Anchor + entry.WordLength == entry.Text.Length;
        if (start < 0 || end > text.Length || (isStemHere ? length < entry.WordLength : length != entry.WordLength))
        {
            return false;
        }

        // The last four characters tell most entries apart that share their first word or first four letters ("what is", "what was").
        return (entry.Text.Length <= 4 || KeyOf(text, end - 4, 4) == entry.TailKey)
            && (entry.IsWholeInKeys || text[start..end].Equals(entry.Text, StringComparison.OrdinalIgnoreCase))
            && (entry.IsStem || !isPhrase || end == text.Length || !IsWordCharacter(text[end]))
            && (entry.Anchor == 0 || start == 0 || !IsWordCharacter(text[start - 1]));
    }

    // A phrase hangs on its longest word: "in order to" on "order", so that not every "in" has to be looked at.
    private static (int Start, int Length) FindAnchor(string phrase)
    {
        (int Start, int Length) longest = (0, 0);
        for (int i = 0; i < phrase.Length; i++)
        {
            int start = i;
            while (i < phrase.Length && IsWordCharacter(phrase[i]))
            {
                i++;
            }

            longest = i - start > longest.Length ? (start, i - start) : longest;
        }

        return longest;
    }

    private void Link(ulong key, Entry entry)
    {
        ulong hash = HashOf(key);
        _filter[hash >> 6] |= 1UL << (int)(hash & 63);
        ref ushort head = ref _heads[hash >> (FilterBits - HeadBits)];
        Array.Resize(ref _entries, _entries.Length + 1);
        _entries[^1] = entry with { Key = key, Next = head };
        head = checked((ushort)(_entries.Length - 1));
    }

    private readonly record struct Entry(
        string Text, int Anchor, int WordLength, bool IsStem, bool IsWholeInKeys, int Value, ulong Key = 0, ulong TailKey = 0, int Next = 0);
}
