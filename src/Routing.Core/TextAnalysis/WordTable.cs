using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LlmRouting.TextAnalysis;

/// <summary>Finds the words and phrases of a fixed list at given places of a text, ignoring case.</summary>
/// <remarks>
/// Immutable and thread-safe. An entry is a word, a phrase ("step by step"), or a stem that ends in an asterisk ("analy*"). Most words of
/// a text are turned down by their length and one hash of their first four characters, without reading the rest.
/// </remarks>
internal sealed class WordTable
{
    private const int SlotBits = 13;
    private const int KeyLength = 4;
    private const int MaxFilteredLength = 15;

    // What a key takes of its four characters, by the length of the word; without the bit that tells the cases of ASCII apart.
    private static readonly ulong[] KeyMasks = [.. Enumerable.Range(0, MaxFilteredLength + 1).Select(static length => MaskOf(length))];

    // By the hash of a key: which lengths the listed words that start so have, one bit for each.
    private readonly ushort[] _lengths = new ushort[1 << SlotBits];
    private readonly ushort[] _heads = new ushort[1 << SlotBits];
    private Entry[] _entries = [default];

    /// <summary>Adds an entry; only while the table is being built.</summary>
    public void Add(string text, int value)
    {
        bool isStem = text.EndsWith('*');
        string phrase = isStem ? text[..^1] : text;
        (int anchor, int length) = FindAnchor(phrase);

        // Clearing one bit folds the case of ASCII, but not of every script: a capital gets a key of its own where it differs.
        bool isWholeInKeys = length == phrase.Length && length <= 8 && Ascii.IsValid(phrase);
        int tail = phrase.Length - KeyLength;
        var entry = new Entry(phrase, anchor, length, isStem, isWholeInKeys, value, tail - anchor, tail > 0 ? KeyOf(phrase, tail, KeyLength) : 0);
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
    /// <param name="next">The characters of the next block that belong to words.</param>
    /// <returns>The starts of the words that are worth a <see cref="Match"/>.</returns>
    /// <remarks>The loop has no branch on what a word is, which would be mispredicted every few words.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong FindCandidates(ReadOnlySpan<char> text, int position, ulong word, ulong wordStart, ulong next)
    {
        // Keys may not be read past the end of the text: leave the last three places to Match, which checks.
        int lastKey = text.Length - position - KeyLength;
        ulong readable = lastKey < 0 ? 0 : ulong.MaxValue >> (63 - Math.Min(lastKey, 63));
        ulong candidates = wordStart & ~readable;
        ulong bits = wordStart & readable;
        if (bits == 0)
        {
            return candidates;
        }

        // Read once: the loop would fetch both arrays again for every word.
        ref ulong masks = ref MemoryMarshal.GetArrayDataReference(KeyMasks);
        ref ushort lengths = ref MemoryMarshal.GetArrayDataReference(_lengths);
        ref char block = ref Unsafe.Add(ref MemoryMarshal.GetReference(text), position);
        ulong gaps = ~word;
        int last = 63 - BitOperations.LeadingZeroCount(bits);
        for (bits ^= 1UL << last; bits != 0; bits &= bits - 1)
        {
            ulong offset = ulong.TrailingZeroCount(bits);
            candidates |= IsListed(ref Unsafe.Add(ref block, (nuint)offset), gaps >> (int)offset, ref masks, ref lengths) << (int)offset;
        }

        // Only the last word can go on in the next block.
        return candidates | (IsListed(ref Unsafe.Add(ref block, last), GapsFrom(last, word, next), ref masks, ref lengths) << last);
    }

    /// <summary>Looks up what starts at a word.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Where the word starts.</param>
    /// <param name="length">How long the word is, at least 1.</param>
    /// <returns>The value of the longest entry that matches; 0 when none does.</returns>
    public int Match(ReadOnlySpan<char> text, int start, int length)
    {
        ulong key = KeyOf(text, start, length);
        Entry[] entries = _entries;
        for (int index = _heads[SlotOf(key)]; index != 0; index = entries[index].Next)
        {
            ref readonly Entry entry = ref entries[index];
            if (entry.Key == key
                && (entry.IsStemInWord ? length >= entry.WordLength : length == entry.WordLength)
                && HasTail(in entry, text, start)
                && (entry.IsWholeInKeys || Matches(in entry, text, start)))
            {
                return entry.Value;
            }
        }

        return 0;
    }

    /// <summary>Measures a word that starts in a block and may go on in the next.</summary>
    /// <returns>Its length; 64 where it is longer, which no listed word is.</returns>
    public static int LengthAt(int offset, ulong word, ulong next) => BitOperations.TrailingZeroCount(GapsFrom(offset, word, next));

    /// <summary>Gets whether a character can belong to a word that stands between spaces.</summary>
    public static bool IsWordCharacter(char c) => c < 0x80
        ? char.IsAsciiLetterOrDigit(c) || c == '\''
        : ScriptTable.GetScript(c) is var script && script != TextScript.None && !ScriptTable.IsUnspaced(script);

    // One instruction on x64 and on most of Arm64; a multiplication, whose high bits have to be shifted down, takes longer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SlotOf(ulong key) => BitOperations.Crc32C(0, key) & ((1 << SlotBits) - 1);

    // Bit n tells whether the n-th character from the offset belongs to no word.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong GapsFrom(int offset, ulong word, ulong next) => ~((word >> offset) | (next << 1 << (63 - offset)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyOf(ReadOnlySpan<char> text, int start, int length)
    {
        return start + KeyLength <= text.Length
            ? KeyAt(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start), Math.Min(length, MaxFilteredLength))
            : KeyAtEnd(text[start..], Math.Min(length, KeyLength)) & KeyMasks[KeyLength];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong KeyAt(ref char start, int length) => ReadKey(ref start) & KeyMasks[length];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong ReadKey(ref char start) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<char, byte>(ref start));

    // Words are short and long at random: the bit that bounds the length and the table of masks stand in for branches.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong IsListed(ref char start, ulong gaps, ref ulong masks, ref ushort lengths)
    {
        ulong length = ulong.TrailingZeroCount(gaps | (1UL << MaxFilteredLength));
        ulong key = ReadKey(ref start) & Unsafe.Add(ref masks, (nuint)length);
        return (ulong)Unsafe.Add(ref lengths, (nuint)SlotOf(key)) >> (int)length & 1;
    }

    private static ulong MaskOf(int length)
    {
        const ulong Folded = 0xFFDF_FFDF_FFDF_FFDF;
        int unused = 64 - (Math.Min(length, KeyLength) * 16);
        return length == 0 ? 0 : BitConverter.IsLittleEndian ? Folded << unused >> unused : Folded >> unused << unused;
    }

    private static ulong KeyAtEnd(ReadOnlySpan<char> text, int length)
    {
        Span<char> buffer = stackalloc char[KeyLength];
        text[..Math.Min(length, text.Length)].CopyTo(buffer);
        return MemoryMarshal.Cast<char, ulong>(buffer)[0];
    }

    // The last four characters tell most entries apart that share their first word or first four letters ("what is", "what was").
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasTail(ref readonly Entry entry, ReadOnlySpan<char> text, int start)
    {
        int tail = start + entry.Tail;
        return entry.TailKey == 0
            || (tail >= 0 && tail <= text.Length - KeyLength
                && KeyAt(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), tail), KeyLength) == entry.TailKey);
    }

    // Apart from the loop over the entries: a short word is settled by its keys and its length, so that few get here.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Matches(ref readonly Entry entry, ReadOnlySpan<char> text, int start)
    {
        start -= entry.Anchor;
        int end = start + entry.Text.Length;
        bool isPhrase = entry.Text.Length > entry.WordLength;
        return start >= 0
            && end <= text.Length
            && text[start..end].Equals(entry.Text, StringComparison.OrdinalIgnoreCase)
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
        ulong slot = SlotOf(key);
        int shortest = Math.Min(entry.WordLength, MaxFilteredLength);
        _lengths[slot] |= (ushort)(entry.IsStemInWord ? -1 << shortest : 1 << shortest);

        // The longest entry comes first, so that the first match is the one that counts.
        int previous = 0;
        int next = _heads[slot];
        while (next != 0 && _entries[next].Text.Length > entry.Text.Length)
        {
            previous = next;
            next = _entries[next].Next;
        }

        int index = _entries.Length;
        Array.Resize(ref _entries, index + 1);
        _entries[index] = entry with { Key = key, Next = next };
        if (previous == 0)
        {
            _heads[slot] = checked((ushort)index);
        }
        else
        {
            _entries[previous] = _entries[previous] with { Next = index };
        }
    }

    private readonly record struct Entry(
        string Text, int Anchor, int WordLength, bool IsStem, bool IsWholeInKeys, int Value, int Tail, ulong TailKey, ulong Key = 0, int Next = 0)
    {
        /// <summary>Gets whether the word that the entry hangs on is the one that may go on.</summary>
        public bool IsStemInWord { get; } = IsStem && Anchor + WordLength == Text.Length;
    }
}
