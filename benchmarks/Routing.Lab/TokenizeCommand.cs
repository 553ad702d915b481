using System.Text;
using System.Text.Json;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Lab;

// Prints the ids of each line's text as one JSON array a line: special tokens included, nothing cut and nothing padded, which is what the
// reference implementations' encode does by default.
internal static class TokenizeCommand
{
    internal static int Run(string[] args)
    {
        if (Option(args, "--tokenizer") is not { } tokenizerPath || Option(args, "--input") is not { } input)
        {
            Console.Error.WriteLine("tokenize --tokenizer <tokenizer.json, vocab.txt or a model's folder> --input <texts.jsonl, or - for standard input>");
            return 2;
        }

        try
        {
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.Load(tokenizerPath);
            using TextReader reader = input == "-" ? Console.In : File.OpenText(input);
            using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), 64 * 1024);
            Tokenize(tokenizer, reader, output);
            return 0;
        }
        catch (Exception exception) when (exception is TokenizerException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }

    internal static void Tokenize(HuggingFaceTokenizer tokenizer, TextReader reader, TextWriter output)
    {
        using var ids = new TokenBuffer();
        var line = new StringBuilder();
        int number = 0;
        while (reader.ReadLine() is { } json)
        {
            number++;
            if (string.IsNullOrWhiteSpace(json))
            {
                continue;
            }

            ids.Clear();
            Write(tokenizer.Template.Prefix.AsSpan(), ids);
            tokenizer.Encode(ReadText(json, number), ids);
            Write(tokenizer.Template.Suffix.AsSpan(), ids);
            output.WriteLine(line.Clear().Append('[').AppendJoin(',', ids.Written.ToArray()).Append(']'));
        }
    }

    private static void Write(ReadOnlySpan<SpecialToken> tokens, TokenBuffer ids)
    {
        foreach (SpecialToken token in tokens)
        {
            ids.Add(token.Id);
        }
    }

    private static string ReadText(string json, int line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("text", out JsonElement text)
                && text.ValueKind == JsonValueKind.String)
            {
                return LenientString(text);
            }
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"Line {line} is not valid JSON: {exception.Message}");
        }

        throw new InvalidDataException($"Line {line} must be an object with a string 'text', such as {{\"text\":\"Hello\"}}.");
    }

    // A broken surrogate may be written as an escape, which GetString refuses; tokenizers read it as U+FFFD.
    private static string LenientString(JsonElement text)
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

    private static string? Option(string[] args, string name)
    {
        int at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
