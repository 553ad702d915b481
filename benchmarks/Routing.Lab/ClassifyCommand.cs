using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LlmRouting.Onnx;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Lab;

// Prints what a model says of each line's text, then how long it takes one caller and how many texts several callers get through.
internal static class ClassifyCommand
{
    private const double SecondsEach = 2;

    internal static async Task<int> RunAsync(string[] args)
    {
        if (Arguments.Option(args, "--model") is not { } folder || Arguments.Option(args, "--input") is not { } input)
        {
            Console.Error.WriteLine("classify --model <folder> --input <texts.jsonl, or - for standard input> [--device auto|cpu|cuda|tensorrt|directml|coreml|webgpu] [--threads <n>] [--max-tokens <n>] [--places <n>] [--max-batch <n>] [--max-wait <microseconds>] [--labels a=0.1,b=0.9]");
            return 2;
        }

        try
        {
            List<string> texts = Read(input);
            OnnxClassifierSettings settings = Settings(args, folder);
            using OnnxTextClassifier classifier = OnnxTextClassifier.Load(settings);
            Console.Error.WriteLine($"device {classifier.Device}; {classifier.FallbackReason ?? "nothing was passed over"}");
            await PrintAnswersAsync(classifier, texts);
            await MeasureAsync(classifier, settings, texts);
            return 0;
        }
        catch (Exception exception) when (exception is OnnxRuntimeException or TokenizerException or IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or FormatException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }

    private static OnnxClassifierSettings Settings(string[] args, string folder)
    {
        string device = Arguments.Option(args, "--device") ?? "auto";
        if (!Enum.GetNames<OnnxDevice>().Contains(device, StringComparer.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"--device is '{device}'; known are {string.Join(", ", Enum.GetNames<OnnxDevice>()).ToLowerInvariant()}.");
        }

        OnnxClassifierSettings settings = new()
        {
            ModelPath = folder,
            Timeout = TimeSpan.FromMinutes(1),
            MaxTokens = Number(args, "--max-tokens"),
            Session = new() { Device = Enum.Parse<OnnxDevice>(device, ignoreCase: true), Threads = Number(args, "--threads") },
            Batch = new()
            {
                Places = Number(args, "--places"),
                MaxBatch = Number(args, "--max-batch"),
                MaxWait = Number(args, "--max-wait") is { } wait ? TimeSpan.FromMicroseconds(wait) : null,
                MaxQueue = 100_000,
            },
        };
        foreach (string pair in (Arguments.Option(args, "--labels") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split('=') is not [string label, string complexity])
            {
                throw new ArgumentException($"--labels holds '{pair}'; each must be a label and how hard its requests are, such as hard=0.9.");
            }

            settings = settings with { Labels = settings.Labels.SetItem(label, double.Parse(complexity, CultureInfo.InvariantCulture)) };
        }

        return settings;
    }

    private static async Task PrintAnswersAsync(OnnxTextClassifier classifier, List<string> texts)
    {
        float[] probabilities = new float[classifier.Labels.Length];
        foreach (string text in texts)
        {
            OnnxTextClassification answer = (await classifier.ClassifyAsync(text, probabilities))!.Value; // nobody waits
            string shares = string.Join(", ", classifier.Labels.Select((label, i) => string.Create(CultureInfo.InvariantCulture, $"{JsonSerializer.Serialize(label)}: {probabilities[i]:0.0000}")));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{ "label": {{JsonSerializer.Serialize(answer.Label)}}, "complexity": {{answer.Complexity:0.0000}}, "truncated": {{(answer.IsTruncated ? "true" : "false")}}, "probabilities": { {{shares}} } }"""));
        }
    }

    private static async Task MeasureAsync(OnnxTextClassifier classifier, OnnxClassifierSettings settings, List<string> texts)
    {
        List<double> times = [];
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        long end = Stopwatch.GetTimestamp() + (long)(SecondsEach * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < end || times.Count < 100)
        {
            long started = Stopwatch.GetTimestamp();
            await classifier.ClassifyAsync(texts[times.Count % texts.Count]);
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        int count = times.Count;
        times.Sort();
        Error($"one caller: P50 {times[count / 2]:0.000} ms, P99 {times[count * 99 / 100]:0.000} ms, {count} texts, {(double)allocated / count:0} B each (the list of times included)");
        await MeasureOverheadAsync(classifier, settings, texts);
        Console.Error.WriteLine("callers  batching  texts/s");
        OnnxClassifierSettings single = settings with { Batch = settings.Batch with { MaxBatch = 1 } };
        using OnnxTextClassifier alone = OnnxTextClassifier.Load(single);
        foreach (int callers in (int[])[1, 8, 64])
        {
            Error($"{callers,7}  off       {await ThroughputAsync(alone, texts, callers):0}");
            Error($"{callers,7}  on        {await ThroughputAsync(classifier, texts, callers):0}");
        }
    }

    // The same rows through the bare session and through everything, turn by turn, so that both suffer the same from whatever else runs.
    private static async Task MeasureOverheadAsync(OnnxTextClassifier classifier, OnnxClassifierSettings settings, List<string> texts)
    {
        TokenEncoder encoder = new(HuggingFaceTokenizer.Load(settings.ModelPath), new() { MaxTokens = classifier.MaxTokens });
        EncodedText[] rows = [.. texts.Select(text => encoder.Encode(text))];
        using EncoderSession session = EncoderSession.Open(classifier.ModelPath, ["logits"], settings.Session with { Device = classifier.Device }, rows[0], static _ => { }, TimeProvider.System);
        EncoderBatch batch = session.Rent();
        List<double> bare = [];
        List<double> whole = [];
        long end = Stopwatch.GetTimestamp() + (long)(2 * SecondsEach * Stopwatch.Frequency);
        while (Stopwatch.GetTimestamp() < end || bare.Count < 100)
        {
            int i = bare.Count % texts.Count;
            batch.Fill([rows[i]]);
            long started = Stopwatch.GetTimestamp();
            session.RunFilled(batch);
            bare.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            started = Stopwatch.GetTimestamp();
            await classifier.ClassifyAsync(texts[i]);
            whole.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        bare.Sort();
        whole.Sort();
        int half = bare.Count / 2;
        Error($"rows of {rows.Average(static row => row.Length):0} tokens; bare run P50 {bare[half]:0.000} ms, with tokenizing and all else P50 {whole[half]:0.000} ms ({(whole[half] / bare[half]) - 1:+0.0%;-0.0%;0.0%}), {bare.Count} of each");
        session.Return(batch);
    }

    private static async Task<double> ThroughputAsync(OnnxTextClassifier classifier, List<string> texts, int callers)
    {
        long done = 0;
        long started = Stopwatch.GetTimestamp();
        long end = started + (long)(SecondsEach * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            for (int i = caller; Stopwatch.GetTimestamp() < end; i++)
            {
                await classifier.ClassifyAsync(texts[i % texts.Count]);
                Interlocked.Increment(ref done);
            }
        })));
        return done / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Error(FormattableString text) => Console.Error.WriteLine(FormattableString.Invariant(text));

    private static int? Number(string[] args, string name) =>
        Arguments.Option(args, name) is not { } text ? null
        : int.TryParse(text, CultureInfo.InvariantCulture, out int number) ? number
        : throw new ArgumentException($"{name} is '{text}'; it must be a whole number.");

    private static List<string> Read(string input)
    {
        using TextReader reader = input == "-" ? Console.In : File.OpenText(input);
        List<string> texts = [.. TextLines.Read(reader)];
        return texts.Count > 0 ? texts : throw new InvalidDataException($"'{input}' holds no texts.");
    }
}
