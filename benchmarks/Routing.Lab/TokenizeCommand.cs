using System.Text;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Lab;

// Prints the ids of each line's text as one JSON array a line: special tokens included, nothing cut and nothing padded, which is what the
// reference implementations' encode does by default.
internal static class TokenizeCommand
{
    internal static int Run(string[] args)
    {
        if (Arguments.Option(args, "--tokenizer") is not { } tokenizerPath || Arguments.Option(args, "--input") is not { } input)
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

    private static void Tokenize(HuggingFaceTokenizer tokenizer, TextReader reader, TextWriter output)
    {
        using var ids = new TokenBuffer();
        var line = new StringBuilder();
        foreach (string text in TextLines.Read(reader))
        {
            ids.Clear();
            Write(tokenizer.Template.Prefix.AsSpan(), ids);
            tokenizer.Encode(text, ids);
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
}
