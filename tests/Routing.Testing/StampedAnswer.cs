using System.Globalization;

namespace LlmRouting.Testing;

/// <summary>Is what a caller saw of the answers of <see cref="StampedChatClient"/>s.</summary>
/// <param name="Kind">How much of one answer it is.</param>
/// <param name="Name">Who answered; null unless it is one answer, whole or in part.</param>
/// <param name="Words">How many words were seen.</param>
public readonly record struct StampedAnswer(StampedAnswerKind Kind, string? Name, int Words)
{
    /// <summary>Reads a text.</summary>
    /// <param name="text">What the caller saw; null counts as nothing.</param>
    /// <returns>What it is made of.</returns>
    public static StampedAnswer Read(string? text)
    {
        string[] words = (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length == 0)
        {
            return new(StampedAnswerKind.Nothing, null, 0);
        }

        string? call = null;
        int total = 0;
        for (int i = 0; i < words.Length; i++)
        {
            string[] parts = words[i].Split('#', ':', '/');
            if (parts.Length != 4
                || !int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int index)
                || !int.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out total))
            {
                return new(StampedAnswerKind.Mixed, null, words.Length);
            }

            string stamp = $"{parts[0]}#{parts[1]}";
            call ??= stamp;
            if (stamp != call || index != i)
            {
                return new(StampedAnswerKind.Mixed, null, words.Length);
            }
        }

        return new(words.Length == total ? StampedAnswerKind.Whole : StampedAnswerKind.Part, call![..call!.IndexOf('#', StringComparison.Ordinal)], words.Length); // not null: there is a word
    }
}
