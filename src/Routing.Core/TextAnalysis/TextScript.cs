namespace LlmRouting.TextAnalysis;

/// <summary>Names the writing system that most letters of a request belong to.</summary>
public enum TextScript
{
    /// <summary>No letters at all.</summary>
    None,

    /// <summary>Latin.</summary>
    Latin,

    /// <summary>Cyrillic.</summary>
    Cyrillic,

    /// <summary>Greek.</summary>
    Greek,

    /// <summary>Arabic.</summary>
    Arabic,

    /// <summary>Hebrew.</summary>
    Hebrew,

    /// <summary>Devanagari and the other Brahmic scripts of South Asia.</summary>
    Indic,

    /// <summary>Thai, Lao, Khmer and Burmese.</summary>
    SoutheastAsian,

    /// <summary>Han characters without kana or Hangul: mostly Chinese.</summary>
    Han,

    /// <summary>Hiragana or katakana, with or without Han: Japanese.</summary>
    Kana,

    /// <summary>Hangul: Korean.</summary>
    Hangul,

    /// <summary>Any other script.</summary>
    Other,
}
