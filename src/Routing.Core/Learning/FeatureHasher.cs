using System.Numerics;
using System.Runtime.InteropServices;

namespace LlmRouting.Learning;

/// <summary>Turns text into hashed words, pairs of words and character n-grams, and into a few dense measures.</summary>
/// <remarks>
/// <para>Thread-safe; allocates nothing beyond the buffer that it is given. The hashes are arithmetic on UTF-16 code units and the
/// same on every platform, processor and version of .NET; <see cref="FeatureVersion"/> changes whenever they do.</para>
/// <para>Letters are compared in lower case (invariant). A word is a run of letters and digits; any other visible character is a word of
/// its own. Character n-grams run over the whole text, spaces between them collapsed.</para>
/// </remarks>
public sealed class FeatureHasher
{
    /// <summary>The version of the features; a model trained with another one must not be used.</summary>
    public const int FeatureVersion = 1;

    // Odd multipliers of Murmur3 and xxHash32 (both public domain / BSD specifications); only their bit patterns matter.
    private const uint Prime1 = 0x9E3779B1, Prime2 = 0x85EBCA77, Prime3 = 0xC2B2AE3D;

    private readonly int _shift;
    private readonly int _half;

    /// <summary>Creates a hasher.</summary>
    /// <param name="settings">How text is hashed; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    public FeatureHasher(FeatureHasherSettings? settings = null)
    {
        Settings = settings ?? FeatureHasherSettings.Default;
        Settings.Validate();
        _shift = 32 - (Settings.Bits - 1);
        _half = 1 << (Settings.Bits - 1);
    }

    /// <summary>Gets how text is hashed.</summary>
    public FeatureHasherSettings Settings { get; }

    /// <summary>Gets where the indices of character n-grams start; those of words are below.</summary>
    public int FirstGramIndex => _half;

    /// <summary>Hashes a text into features that can be kept.</summary>
    /// <param name="text">The text; its middle is left out beyond <see cref="FeatureHasherSettings.MaxCharacters"/>.</param>
    /// <returns>The features; none for an empty text.</returns>
    public HashedFeatures Hash(ReadOnlySpan<char> text)
    {
        using var buffer = new FeatureBuffer();
        Hash(text, buffer);
        int[] indices = buffer.Indices.ToArray();
        int[] counts = buffer.Counts.ToArray();
        Array.Sort(indices, counts);
        return new HashedFeatures
        {
            Version = FeatureVersion,
            Indices = ImmutableCollectionsMarshal.AsImmutableArray(indices),
            Counts = ImmutableCollectionsMarshal.AsImmutableArray(counts),
            Dense = [.. buffer.Dense],
        };
    }

    /// <summary>Hashes a text into a buffer.</summary>
    /// <param name="text">The text; its middle is left out beyond <see cref="FeatureHasherSettings.MaxCharacters"/>.</param>
    /// <param name="buffer">Where the features go; what was there is forgotten.</param>
    /// <exception cref="ArgumentNullException"><paramref name="buffer"/> is null.</exception>
    public void Hash(ReadOnlySpan<char> text, FeatureBuffer buffer) => Hash(text, buffer, withWords: true);

    /// <summary>Hashes a text's character n-grams alone into a buffer, and measures it: for a router that keeps no words.</summary>
    /// <param name="text">The text; its middle is left out beyond <see cref="FeatureHasherSettings.MaxCharacters"/>.</param>
    /// <param name="buffer">Where the features go, those of <see cref="Hash(ReadOnlySpan{char}, FeatureBuffer)"/> without the words; what was there is forgotten.</param>
    /// <exception cref="ArgumentNullException"><paramref name="buffer"/> is null.</exception>
    public void HashGrams(ReadOnlySpan<char> text, FeatureBuffer buffer) => Hash(text, buffer, withWords: false);

    private void Hash(ReadOnlySpan<char> text, FeatureBuffer buffer, bool withWords)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        if (text.Length > Settings.MaxCharacters)
        {
            DenseFeatures.Read(text.Length, text = Shorten(text, buffer), buffer.WritableDense);
        }
        else
        {
            DenseFeatures.Read(text.Length, text, buffer.WritableDense);
        }

        // One blank on each side, so that the first and the last letters know that they are.
        Span<uint> codes = buffer.Codes(text.Length + 2);
        int length = Normalize(text, codes);
        int grams = Settings.MaxGram == 0 ? 0 : Settings.MaxGram - Settings.MinGram + 1;
        buffer.Clear((withWords ? 2 * length : 0) + (grams * length));
        if (withWords)
        {
            HashWords(codes[..length], buffer);
        }

        for (int n = Settings.MinGram; n <= Settings.MaxGram; n++)
        {
            HashGrams(codes[..length], n, buffer);
        }
    }

    private ReadOnlySpan<char> Shorten(ReadOnlySpan<char> text, FeatureBuffer buffer)
    {
        int front = Settings.MaxCharacters / 2;
        int back = Settings.MaxCharacters - front - 1;
        Span<char> shorter = buffer.Text(Settings.MaxCharacters);
        text[..front].CopyTo(shorter);
        shorter[front] = '\n';
        text[^back..].CopyTo(shorter[(front + 1)..]);
        return shorter;
    }

    // Lower case, runs of white space as one blank.
    private static int Normalize(ReadOnlySpan<char> text, Span<uint> codes)
    {
        int length = 0;
        codes[length++] = ' ';
        foreach (char c in text)
        {
            if (c < 128 ? c <= ' ' : char.IsWhiteSpace(c))
            {
                if (codes[length - 1] != ' ')
                {
                    codes[length++] = ' ';
                }
            }
            else
            {
                codes[length++] = c < 128 ? (uint)(c is >= 'A' and <= 'Z' ? c | 0x20 : c) : char.ToLowerInvariant(c);
            }
        }

        if (codes[length - 1] != ' ')
        {
            codes[length++] = ' ';
        }

        return length;
    }

    private void HashWords(ReadOnlySpan<uint> codes, FeatureBuffer buffer)
    {
        uint before = Prime3;
        int i = 0;
        while (i < codes.Length)
        {
            if (codes[i] == ' ')
            {
                i++;
                continue;
            }

            uint hash = Prime2;
            if (IsWordPart(codes[i]))
            {
                do
                {
                    hash = (hash ^ codes[i]) * Prime1;
                    hash ^= hash >> 15;
                    i++;
                }
                while (i < codes.Length && IsWordPart(codes[i]));
            }
            else
            {
                hash = (hash ^ codes[i++]) * Prime1;
            }

            buffer.Add((int)(Mix(hash) >> _shift));
            buffer.Add((int)(Mix((BitOperations.RotateLeft(before, 13) * Prime3) ^ hash) >> _shift));
            before = hash;
        }
    }

    private static bool IsWordPart(uint code) =>
        code < 128 ? code - 'a' < 26 || code - '0' < 10 : char.IsLetterOrDigit((char)code) || char.IsSurrogate((char)code);

    // A polynomial of n code units at every position at once, then a finaliser that lets every bit reach the upper ones.
    private void HashGrams(ReadOnlySpan<uint> codes, int n, FeatureBuffer buffer)
    {
        int count = codes.Length - n + 1;
        if (count <= 0)
        {
            return;
        }

        Span<uint> hashes = buffer.Hashes(count);
        uint seed = (uint)n * Prime3;
        int i = 0;
        for (; i <= count - Vector<uint>.Count; i += Vector<uint>.Count)
        {
            var hash = new Vector<uint>(seed);
            for (int k = 0; k < n; k++)
            {
                hash = (hash + new Vector<uint>(codes[(i + k)..])) * Prime1;
            }

            hash ^= hash >>> 15;
            hash *= Prime2;
            hash ^= hash >>> 13;
            hash *= Prime3;
            hash ^= hash >>> 16;
            (hash >>> _shift).CopyTo(hashes[i..]);
        }

        for (; i < count; i++)
        {
            uint hash = seed;
            for (int k = 0; k < n; k++)
            {
                hash = (hash + codes[i + k]) * Prime1;
            }

            hashes[i] = Mix(hash) >> _shift;
        }

        for (i = 0; i < count; i++)
        {
            buffer.Add(_half + (int)hashes[i]);
        }
    }

    private static uint Mix(uint hash)
    {
        hash ^= hash >> 15;
        hash *= Prime2;
        hash ^= hash >> 13;
        hash *= Prime3;
        return hash ^ (hash >> 16);
    }
}
