using System.Text;

namespace LlmRouting.JsonSchema;

// RFC 3492.
internal static class Punycode
{
    private const int Base = 36;
    private const int TMin = 1;
    private const int TMax = 26;
    private const int Skew = 38;
    private const int Damp = 700;
    private const int InitialBias = 72;
    private const int InitialN = 128;

    // null when it is no Punycode.
    internal static List<int>? Decode(ReadOnlySpan<char> text)
    {
        int delimiter = text.LastIndexOf('-');
        List<int> output = [];
        foreach (char c in text[..Math.Max(delimiter, 0)])
        {
            output.Add(char.ToLowerInvariant(c));
        }

        int n = InitialN;
        int i = 0;
        int bias = InitialBias;
        for (int at = delimiter > 0 ? delimiter + 1 : 0; at < text.Length;)
        {
            int start = i;
            long weight = 1;
            for (int k = Base; ; k += Base)
            {
                int digit = at < text.Length ? Digit(text[at++]) : -1;
                long next = i + (digit * weight);
                if (digit < 0 || next > int.MaxValue)
                {
                    return null;
                }

                i = (int)next;
                int threshold = Threshold(k, bias);
                if (digit < threshold)
                {
                    break;
                }

                weight *= Base - threshold;
            }

            int count = output.Count + 1;
            bias = Adapt(i - start, count, start == 0);
            n += i / count;
            i %= count;
            if (!Rune.IsValid(n))
            {
                return null;
            }

            output.Insert(i++, n);
        }

        return output;
    }

    internal static string Encode(List<int> codePoints)
    {
        var output = new StringBuilder();
        foreach (int codePoint in codePoints)
        {
            if (codePoint < InitialN)
            {
                output.Append((char)codePoint);
            }
        }

        int basic = output.Length;
        int handled = basic;
        if (basic > 0)
        {
            output.Append('-');
        }

        int n = InitialN;
        int delta = 0;
        int bias = InitialBias;
        while (handled < codePoints.Count)
        {
            int next = codePoints.Where(codePoint => codePoint >= n).Min();
            delta += (next - n) * (handled + 1);
            n = next;
            foreach (int codePoint in codePoints)
            {
                delta += codePoint < n ? 1 : 0;
                if (codePoint == n)
                {
                    AppendNumber(output, delta, bias);
                    bias = Adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }

            delta++;
            n++;
        }

        return output.ToString();
    }

    private static void AppendNumber(StringBuilder output, int value, int bias)
    {
        for (int k = Base; ; k += Base)
        {
            int threshold = Threshold(k, bias);
            if (value < threshold)
            {
                output.Append(Symbol(value));
                return;
            }

            output.Append(Symbol(threshold + ((value - threshold) % (Base - threshold))));
            value = (value - threshold) / (Base - threshold);
        }
    }

    private static int Threshold(int k, int bias) => Math.Clamp(k - bias, TMin, TMax);

    private static int Adapt(int delta, int count, bool first)
    {
        delta = first ? delta / Damp : delta / 2;
        delta += delta / count;
        int k = 0;
        while (delta > (Base - TMin) * TMax / 2)
        {
            delta /= Base - TMin;
            k += Base;
        }

        return k + ((Base - TMin + 1) * delta / (delta + Skew));
    }

    private static int Digit(char c) => c switch
    {
        >= 'a' and <= 'z' => c - 'a',
        >= 'A' and <= 'Z' => c - 'A',
        >= '0' and <= '9' => c - '0' + 26,
        _ => -1,
    };

    private static char Symbol(int digit) => (char)(digit < 26 ? 'a' + digit : '0' + digit - 26);
}
