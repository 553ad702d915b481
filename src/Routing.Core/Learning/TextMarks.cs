namespace LlmRouting.Learning;

/// <summary>Counts the marks in a text that the text scanner has no use for: choices, formulas, gaps to fill, negations.</summary>
internal struct TextMarks
{
    public int Capitals;
    public int Lines;
    public int Math;
    public int Blanks;
    public int Negations;
    public int Choices;
    public int ChoiceCharacters;
    public int Foreign;
    public int LongWords;
    public int Quotes;

    private const int LongWord = 10;
    private const int MostChoices = 26;

    public static TextMarks Read(ReadOnlySpan<char> text)
    {
        TextMarks marks = default;
        int word = 0;
        int gap = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsAsciiLetter(c))
            {
                word++;
                marks.Capitals += c <= 'Z' ? 1 : 0;
                continue;
            }

            if (word > 0)
            {
                marks.EndWord(text.Slice(i - word, word));
                word = 0;
            }

            marks.ReadMark(c, ref gap);
        }

        if (word > 0)
        {
            marks.EndWord(text[^word..]);
        }

        marks.ReadChoices(text);
        return marks;
    }

    private void ReadMark(char c, ref int gap)
    {
        gap = c == '_' ? gap + 1 : 0;
        Blanks += gap == 2 ? 1 : 0;
        switch (c)
        {
            case '\n':
                Lines++;
                break;
            case '"' or '\u201C' or '\u201D':
                Quotes++;
                break;
            case '=' or '+' or '*' or '/' or '^' or '<' or '>' or '\\' or '$' or '{' or '}' or '|' or '%':
                Math++;
                break;
            default:
                Foreign += c >= 128 ? 1 : 0;
                break;
        }
    }

    private void EndWord(ReadOnlySpan<char> word)
    {
        LongWords += word.Length >= LongWord ? 1 : 0;
        if (word.Length is 3 or 5 or 6)
        {
            Negations += word.Equals("not", StringComparison.OrdinalIgnoreCase) || word.Equals("never", StringComparison.OrdinalIgnoreCase)
                || word.Equals("except", StringComparison.OrdinalIgnoreCase) ? 1 : 0;
        }
    }

    // A choice is a line that starts with the next letter of the alphabet and a full stop or a bracket.
    private void ReadChoices(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && Choices < MostChoices)
        {
            int end = text.IndexOf('\n');
            ReadOnlySpan<char> line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            if (line.Length > 2 && line[0] == 'A' + Choices && line[1] is ('.' or ')'))
            {
                Choices++;
                ChoiceCharacters += line.Length - 2;
            }
        }
    }
}
