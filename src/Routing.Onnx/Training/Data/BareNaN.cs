namespace LlmRouting.Onnx.Training.Data;

/// <summary>Turns the words that some writers use for missing numbers, and that JSON does not know, into -1: no score and no cost is that.</summary>
internal static class BareNaN
{
    private static readonly byte[][] Words = ["NaN"u8.ToArray(), "-Infinity"u8.ToArray(), "Infinity"u8.ToArray()];

    /// <summary>Replaces them outside of strings; returns the line itself when there are none, as nearly always.</summary>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> line)
    {
        if (line.Span.IndexOf("NaN"u8) < 0 && line.Span.IndexOf("Infinity"u8) < 0)
        {
            return line;
        }

        byte[] copy = line.ToArray();
        bool isString = false;
        for (int i = 0; i < copy.Length; i++)
        {
            if (isString)
            {
                bool isEscape = copy[i] == '\\';
                isString = isEscape || copy[i] != '"';
                i += isEscape ? 1 : 0;
            }
            else if (copy[i] == '"')
            {
                isString = true;
            }
            else
            {
                i += ReplaceAt(copy.AsSpan(i));
            }
        }

        return copy;
    }

    // -1 and blanks, since the word must not become longer.
    private static int ReplaceAt(Span<byte> at)
    {
        foreach (byte[] word in Words)
        {
            if (at.StartsWith(word))
            {
                at[..word.Length].Fill((byte)' ');
                "-1"u8.CopyTo(at);
                return word.Length - 1;
            }
        }

        return 0;
    }
}
