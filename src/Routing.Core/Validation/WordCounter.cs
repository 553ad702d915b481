using LlmRouting.TextAnalysis;

namespace LlmRouting.Validation;

/// <summary>Counts characters and words of a text that comes in pieces.</summary>
internal struct WordCounter
{
    private bool _isInWord;

    public long Characters { get; private set; }

    public long Words { get; private set; }

    public void Add(ReadOnlySpan<char> text)
    {
        Characters += text.Length;
        foreach (char c in text)
        {
            bool isWord = WordTable.IsWordCharacter(c);
            Words += (isWord && !_isInWord) || (c >= 0x80 && ScriptTable.IsUnspaced(ScriptTable.GetScript(c))) ? 1 : 0;
            _isInWord = isWord;
        }
    }
}
