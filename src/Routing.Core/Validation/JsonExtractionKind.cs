namespace LlmRouting.Validation;

/// <summary>Says how JSON was found in a text.</summary>
public enum JsonExtractionKind
{
    /// <summary>There is none, or it is beyond safe repair.</summary>
    None,

    /// <summary>There is well-formed JSON, with or without text around it.</summary>
    Clean,

    /// <summary>There is JSON whose syntax was mended: comments, trailing commas, line breaks inside strings, broken characters.</summary>
    Repaired,
}
