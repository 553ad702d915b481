namespace LlmRouting.JsonSchema;

// IDNA2008: RFC 5891, section 5.4 (the label), RFC 5892, appendix A (contextual rules), RFC 5893, section 2 (the Bidi rule).
// Not checked: normalization form C, since .NET without globalization data cannot compose.
internal static class IdnaRules
{
    private const int MiddleDot = 0xB7;
    private const int Keraia = 0x375;
    private const int Geresh = 0x5F3;
    private const int Gershayim = 0x5F4;
    private const int KatakanaMiddleDot = 0x30FB;
    private const int NonJoiner = 0x200C;
    private const int Joiner = 0x200D;

    // A label in Unicode form, without its dots. Pure ASCII is none: that is what its ASCII form is for.
    internal static bool IsLabel(List<int> label)
    {
        bool hyphens = label.Count > 0 && (label[0] == '-' || label[^1] == '-' || (label.Count > 3 && label[2] == '-' && label[3] == '-'));
        if (label.Count == 0 || hyphens || label.TrueForAll(c => c < 0x80) || IsIn("M", label[0]))
        {
            return false;
        }

        CodePointSet valid = UnicodeSets.Idna("PVALID");
        bool arabicDigits = false;
        bool extendedDigits = false;
        for (int i = 0; i < label.Count; i++)
        {
            arabicDigits |= label[i] is >= 0x660 and <= 0x669;
            extendedDigits |= label[i] is >= 0x6F0 and <= 0x6F9;
            if (!(FitsContext(label, i) ?? valid.Contains(label[i])))
            {
                return false;
            }
        }

        return !(arabicDigits && extendedDigits);
    }

    internal static bool FitBidi(List<List<int>> labels)
    {
        bool rightToLeft = labels.Exists(label => label.Exists(c => Is("BidiR", c) || Is("BidiAL", c) || Is("BidiAN", c)));
        return !rightToLeft || labels.TrueForAll(FitsBidi);
    }

    // null when no contextual rule is about the code point.
    private static bool? FitsContext(List<int> label, int i) => label[i] switch
    {
        MiddleDot => i > 0 && i + 1 < label.Count && label[i - 1] == 'l' && label[i + 1] == 'l',
        Keraia => i + 1 < label.Count && UnicodeSets.Script("Greek").Contains(label[i + 1]),
        Geresh or Gershayim => i > 0 && UnicodeSets.Script("Hebrew").Contains(label[i - 1]),
        KatakanaMiddleDot => label.Exists(c =>
            UnicodeSets.Script("Hiragana").Contains(c) || UnicodeSets.Script("Katakana").Contains(c) || UnicodeSets.Script("Han").Contains(c)),
        Joiner => i > 0 && Is("Virama", label[i - 1]),
        NonJoiner => i > 0 && (Is("Virama", label[i - 1]) || JoinsAround(label, i)),
        _ => null,
    };

    // (Joining_Type:{L,D})(T)* ZWNJ (T)*(Joining_Type:{R,D})
    private static bool JoinsAround(List<int> label, int i)
    {
        int before = i - 1;
        while (before >= 0 && Is("JoinT", label[before]))
        {
            before--;
        }

        int after = i + 1;
        while (after < label.Count && Is("JoinT", label[after]))
        {
            after++;
        }

        return before >= 0 && after < label.Count
            && (Is("JoinL", label[before]) || Is("JoinD", label[before])) && (Is("JoinR", label[after]) || Is("JoinD", label[after]));
    }

    private static bool FitsBidi(List<int> label)
    {
        bool rightToLeft = Is("BidiR", label[0]) || Is("BidiAL", label[0]);
        if (!rightToLeft && !IsLeft(label[0]))
        {
            return false;
        }

        bool european = false;
        bool arabic = false;
        foreach (int c in label)
        {
            european |= Is("BidiEN", c);
            arabic |= Is("BidiAN", c);
            bool strong = rightToLeft ? Is("BidiR", c) || Is("BidiAL", c) || Is("BidiAN", c) : IsLeft(c);
            if (!strong && !IsNeutral(c) && !Is("BidiEN", c) && !Is("BidiNSM", c))
            {
                return false;
            }
        }

        int last = label.FindLast(c => !Is("BidiNSM", c));
        bool ends = rightToLeft ? Is("BidiR", last) || Is("BidiAL", last) || Is("BidiEN", last) || Is("BidiAN", last) : IsLeft(last) || Is("BidiEN", last);
        return ends && !(rightToLeft && european && arabic);
    }

    private static bool IsNeutral(int c) => Is("BidiES", c) || Is("BidiCS", c) || Is("BidiET", c) || Is("BidiON", c) || Is("BidiBN", c);

    private static bool IsLeft(int c) =>
        !Is("BidiR", c) && !Is("BidiAL", c) && !Is("BidiAN", c) && !Is("BidiEN", c) && !Is("BidiNSM", c) && !IsNeutral(c);

    private static bool Is(string set, int c) => UnicodeSets.Idna(set).Contains(c);

    // The null-forgiving: general categories always exist.
    private static bool IsIn(string category, int c) => UnicodeSets.Property(category)!.Contains(c);
}
