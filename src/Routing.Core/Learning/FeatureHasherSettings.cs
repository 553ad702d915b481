namespace LlmRouting.Learning;

/// <summary>Says how text becomes hashed features.</summary>
/// <remarks>Immutable. A trained router carries the settings it was trained with; other settings give other features.</remarks>
public sealed record FeatureHasherSettings
{
    /// <summary>The fewest and the most bits that <see cref="Bits"/> takes.</summary>
    internal const int MinBits = 10, MaxBits = 24;

    /// <summary>Gets the size of the index space, as a power of two; half of it holds words, half of it character n-grams.</summary>
    /// <value>10 to 24; default 18, which is 262,144 indices.</value>
    public int Bits { get; init; } = 18;

    /// <summary>Gets the length of the shortest character n-gram.</summary>
    /// <value>UTF-16 code units, 1 to 8; default 3.</value>
    public int MinGram { get; init; } = 3;

    /// <summary>Gets the length of the longest character n-gram.</summary>
    /// <value>UTF-16 code units, <see cref="MinGram"/> to 8; default 5. 0 leaves character n-grams out.</value>
    public int MaxGram { get; init; } = 5;

    /// <summary>Gets how many code units of a text are read: the first half of them from its front, the rest from its end.</summary>
    /// <value>64 to 65,536; default 8,192.</value>
    public int MaxCharacters { get; init; } = 8192;

    /// <summary>Gets the settings as they stand when nobody changes them.</summary>
    public static FeatureHasherSettings Default { get; } = new();

    /// <summary>Names the first setting out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of range.</exception>
    internal void Validate()
    {
        ThrowUnless(Bits is >= MinBits and <= MaxBits, nameof(Bits), Bits, "10 to 24");
        ThrowUnless(MinGram is >= 1 and <= 8, nameof(MinGram), MinGram, "1 to 8");
        ThrowUnless(MaxGram == 0 || (MaxGram >= MinGram && MaxGram <= 8), nameof(MaxGram), MaxGram, "0, or from MinGram to 8");
        ThrowUnless(MaxCharacters is >= 64 and <= 65536, nameof(MaxCharacters), MaxCharacters, "64 to 65536");
    }

    private static void ThrowUnless(bool isValid, string name, int value, string range)
    {
        if (!isValid)
        {
            throw new ArgumentOutOfRangeException(name, value, $"The feature setting {name} is {value}; it must be {range}.");
        }
    }
}
