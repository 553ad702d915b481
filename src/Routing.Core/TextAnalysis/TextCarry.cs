namespace LlmRouting.TextAnalysis;

/// <summary>Holds what one block of a text leaves to the next: its masks, of which the highest bits are looked at.</summary>
internal struct TextCarry
{
    public ulong Letter;
    public ulong Digit;
    public ulong Space;
    public ulong Newline;
    public ulong Backtick;
    public ulong Upper;
    public ulong TwoLetters;
    public ulong Punctuation;
    public ulong RepeatedSpace;
    public ulong Word;
    public ulong WordStart;
    public ulong Capital;
    public ulong Name;
    public ulong Number;
    public ulong Stop;
    public ulong Question;
    public ulong Comma;
    public ulong Close;
    public int LastDate;
    public bool HasOpenSentence;
}
