using System.Text;
using System.Text.Json;

namespace LlmRouting.Lab;

// Reads files of lines such as {"text":"Hello"}; empty lines are passed over, and counted.
internal static class TextLines
{
    internal static IEnumerable<string> Read(TextReader reader)
    {
        int number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(line, number);
            }
        }
    }

    private static string Parse(string json, int number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("text", out JsonElement text)
                && text.ValueKind == JsonValueKind.String)
            {
                return Lenient(text);
            }
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"Line {number} is not valid JSON: {exception.Message}");
        }

        throw new InvalidDataException($"Line {number} must be an object with a string 'text', such as {{\"text\":\"Hello\"}}.");
    }

    // A broken surrogate may be written as an escape, which GetString refuses; tokenizers read it as U+FFFD.
    private static string Lenient(JsonElement text)
    {
        try
        {
            return text.GetString() ?? "";
        }
        catch (InvalidOperationException)
        {
            return Unescape(text.GetRawText().AsSpan()[1..^1]);
        }
    }

    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (int i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            char c = raw[++i];
            if (c == 'u')
            {
                text.Append((char)Convert.ToUInt16(raw.Slice(i + 1, 4).ToString(), 16));
                i += 4;
                continue;
            }

            text.Append(c switch { 'n' => '\n', 'r' => '\r', 't' => '\t', 'b' => '\b', 'f' => '\f', _ => c });
        }

        return text.ToString();
    }
}
