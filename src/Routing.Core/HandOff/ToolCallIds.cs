using System.Security.Cryptography;
using System.Text;

namespace LlmRouting.HandOff;

/// <summary>Gives tool calls ids that every provider takes. Belongs to one request; not thread-safe.</summary>
/// <remarks>
/// Providers bound the ids that they accept: nine letters and digits exactly (Mistral), at most 40 characters (OpenAI), letters, digits,
/// '_' and '-' (Anthropic). Nine letters and digits suit all of them. They are made from the old id, so that a conversation keeps them
/// from turn to turn, and prompt caches keep their prefix.
/// </remarks>
internal sealed class ToolCallIds
{
    private const int Length = 9;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>Says whether every provider takes an id.</summary>
    public static bool IsPortable(string id) => id.Length == Length && id.All(char.IsAsciiLetterOrDigit);

    /// <summary>Keeps an id from being given to another call.</summary>
    public void Reserve(string id) => _taken.Add(id);

    /// <summary>Gives a call a new id.</summary>
    public string Rename(string id)
    {
        if (_renamed.TryGetValue(id, out string? known))
        {
            return known;
        }

        string portable;
        int round = 0;
        do
        {
            portable = Make(id, round++);
        }
        while (!_taken.Add(portable));

        return _renamed[id] = portable;
    }

    /// <summary>Finds the new id of a call.</summary>
    /// <returns>null when it keeps its own.</returns>
    public string? Find(string id) => _renamed.GetValueOrDefault(id);

    private static string Make(string id, int round)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(round == 0 ? id : FormattableString.Invariant($"{id}\n{round}")));
        return string.Create(Length, BitConverter.ToUInt64(hash), static (text, bits) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                (bits, ulong digit) = Math.DivRem(bits, (ulong)Alphabet.Length);
                text[i] = Alphabet[(int)digit];
            }
        });
    }
}
