using System.Collections.Frozen;
using System.Text;

namespace LlmRouting.Onnx.Tokenization.Unicode;

/// <summary>Brings text into one of Unicode's four normal forms, whatever the host's globalization mode.</summary>
/// <remarks>Thread-safe. Algorithm: Unicode Standard Annex 15; Hangul by arithmetic, chapter 3.12 of the standard. Text is well-formed UTF-16.</remarks>
internal sealed class NormalForm
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TrailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Trails = 28, Syllables = Leads * Vowels * Trails;

    private static readonly Lazy<FrozenDictionary<int, int>> Order = new(static () => CodePointTable.Numbers(UnicodeTables.Order));
    private static readonly Lazy<FrozenDictionary<long, int>> Composites = new(static () => CodePointTable.Pairs(UnicodeTables.Composites));

    private readonly Lazy<FrozenDictionary<int, string>> _decompositions;
    private readonly bool _composes;

    // Text without a character from here on is in the form already.
    private readonly char _firstThatChanges;

    private NormalForm(Lazy<FrozenDictionary<int, string>> decompositions, bool composes, char firstThatChanges)
    {
        _decompositions = decompositions;
        _composes = composes;
        _firstThatChanges = firstThatChanges;
    }

    private static Lazy<FrozenDictionary<int, string>> Canonical { get; } = new(static () => CodePointTable.Strings(UnicodeTables.Canonical));

    private static Lazy<FrozenDictionary<int, string>> Compatible { get; } =
        new(static () => CodePointTable.Strings(UnicodeTables.Canonical, UnicodeTables.Compatible));

    internal static NormalForm C { get; } = new(Canonical, composes: true, '\u0300');

    internal static NormalForm D { get; } = new(Canonical, composes: false, '\u00C0');

    internal static NormalForm KC { get; } = new(Compatible, composes: true, '\u00A0');

    internal static NormalForm KD { get; } = new(Compatible, composes: false, '\u00A0');

    /// <summary>Appends the normal form of a text.</summary>
    internal void Normalize(ReadOnlySpan<char> text, TextBuffer output)
    {
        if (text.IndexOfAnyInRange(_firstThatChanges, char.MaxValue) < 0)
        {
            output.Append(text);
            return;
        }

        int from = output.Length;
        Decompose(text, output);
        if (_composes)
        {
            Compose(output, from);
        }
    }

    private void Decompose(ReadOnlySpan<char> text, TextBuffer output)
    {
        FrozenDictionary<int, string> decompositions = _decompositions.Value;
        int marksFrom = -1;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out Rune rune, out int used);
            text = text[used..];
            int start = output.Length;
            int syllable = rune.Value - HangulBase;
            if (rune.Value < 0xA0)
            {
                output.Append((char)rune.Value);
            }
            else if ((uint)syllable < Syllables)
            {
                output.Append((char)(LeadBase + (syllable / (Vowels * Trails))));
                output.Append((char)(VowelBase + (syllable % (Vowels * Trails) / Trails)));
                if (syllable % Trails != 0)
                {
                    output.Append((char)(TrailBase + (syllable % Trails)));
                }
            }
            else if (decompositions.TryGetValue(rune.Value, out string? full))
            {
                output.Append(full);
            }
            else
            {
                output.Append(rune);
            }

            marksFrom = TrackMarks(output, start, marksFrom);
        }

        Sort(output, marksFrom);
    }

    // A run of marks is put in order when it has ended; one that never ends costs n log n, not n squared.
    private static int TrackMarks(TextBuffer output, int start, int marksFrom)
    {
        for (int at = start; at < output.Length;)
        {
            Rune.DecodeFromUtf16(output.Written[at..], out Rune rune, out int used);
            if (OrderOf(rune.Value) > 0)
            {
                marksFrom = marksFrom < 0 ? at : marksFrom;
            }
            else if (marksFrom >= 0)
            {
                output.SortMarks(marksFrom, at, OrderOf);
                marksFrom = -1;
            }

            at += used;
        }

        return marksFrom;
    }

    private static void Sort(TextBuffer output, int marksFrom)
    {
        if (marksFrom >= 0)
        {
            output.SortMarks(marksFrom, output.Length, OrderOf);
        }
    }

    private static int OrderOf(int point) => point < 0x300 ? 0 : Order.Value.GetValueOrDefault(point);

    // Writes over what it reads; what is written is never longer than what was read.
    private static void Compose(TextBuffer output, int from)
    {
        Span<char> text = output.Mutable[from..];
        int write = 0;
        int starterAt = -1;
        int starter = 0;
        int lastOrder = 0;
        for (int read = 0; read < text.Length;)
        {
            Rune.DecodeFromUtf16(text[read..], out Rune rune, out int used);
            read += used;
            int order = OrderOf(rune.Value);
            bool isBlocked = starterAt < 0 || (lastOrder > 0 ? order <= lastOrder : write > starterAt + Utf16Length(starter));
            if (!isBlocked && TryCompose(starter, rune.Value, out int composite))
            {
                int grown = Utf16Length(composite) - Utf16Length(starter);
                if (grown != 0)
                {
                    int end = starterAt + Utf16Length(starter);
                    text[end..write].CopyTo(text[(end + grown)..]);
                    write += grown;
                }

                new Rune(composite).EncodeToUtf16(text[starterAt..]);
                starter = composite;
                continue;
            }

            if (order == 0)
            {
                starterAt = write;
                starter = rune.Value;
            }

            lastOrder = order;
            write += rune.EncodeToUtf16(text[write..]);
        }

        output.Truncate(from + write);
    }

    private static int Utf16Length(int point) => point > char.MaxValue ? 2 : 1;

    private static bool TryCompose(int first, int second, out int composite)
    {
        int lead = first - LeadBase;
        int vowel = second - VowelBase;
        if ((uint)lead < Leads && (uint)vowel < Vowels)
        {
            composite = HangulBase + (((lead * Vowels) + vowel) * Trails);
            return true;
        }

        int syllable = first - HangulBase;
        int trail = second - TrailBase;
        if ((uint)syllable < Syllables && syllable % Trails == 0 && trail is > 0 and < Trails)
        {
            composite = first + trail;
            return true;
        }

        return Composites.Value.TryGetValue(CodePointTable.PairKey(first, second), out composite);
    }
}
