using System.Collections.Immutable;

namespace LlmRouting.Diagnostics;

/// <summary>Gives the names of enumeration values as tags write them: in lower case, words parted by underscores, made once.</summary>
internal static class EnumNames
{
    /// <summary>Gives the name of a value of an enumeration that counts up from 0.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.All[Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture)];

    /// <summary>Finds the value that a name means.</summary>
    /// <exception cref="FormatException">There is no such value.</exception>
    public static T Parse<T>(string name)
        where T : struct, Enum =>
        Names<T>.All.IndexOf(name) is >= 0 and var index ? Enum.GetValues<T>()[index] : throw new FormatException($"A {typeof(T).Name} of this name is not known.");

    public static string Of(AttemptResult value) => Names<AttemptResult>.All[(int)value];

    public static string Of(FailureKind value) => Names<FailureKind>.All[(int)value];

    public static string Of(CostCertainty value) => Names<CostCertainty>.All[(int)value];

    public static string Of(CircuitState value) => Names<CircuitState>.All[(int)value];

    /// <summary>Writes a name of several words as tags write it.</summary>
    internal static string ToTag(string name) =>
        string.Concat(name.Select(static (letter, index) => char.IsUpper(letter) && index > 0 ? $"_{char.ToLowerInvariant(letter)}" : $"{char.ToLowerInvariant(letter)}"));

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly ImmutableArray<string> All = [.. Enum.GetNames<T>().Select(ToTag)];
    }
}
