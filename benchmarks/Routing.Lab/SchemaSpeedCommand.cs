using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LlmRouting.JsonSchema;

namespace LlmRouting.Lab;

// Times the validator and, where Node and the packages of benchmarks/ajv are there, ajv over the same schemas and documents in one run.
internal static class SchemaSpeedCommand
{
    private const int Rounds = 7;
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(1000);

    private static int s_sink;

    internal static int Run(string[] args)
    {
        string folder = args.Length > 0 ? args[0] : FindFolder();
        JsonElement? peer = Peer(folder);
        Console.WriteLine("| Answer | Bytes | Parse + validate, ours | Parse + validate, ajv | Ratio | Validate, ours | Validate, ajv | Ratio | Parse, ours | Parse, Node | Allocated |");
        Console.WriteLine("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folder, "cases"), "*.json").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            PrintRow(name, File.ReadAllBytes(file), peer is { } all && all.TryGetProperty(name, out JsonElement row) ? row : null);
        }

        Console.WriteLine();
        Console.WriteLine(peer is null
            ? "ajv was not measured: Node or benchmarks/ajv/node_modules is missing (npm ci in benchmarks/ajv)."
            : "Nanoseconds per document, best of seven rounds; a ratio above 1 means that ours is faster.");
        return s_sink == 0 ? 1 : 0;
    }

    private static void PrintRow(string name, byte[] text, JsonElement? peer)
    {
        using JsonDocument source = JsonDocument.Parse(text);
        byte[] document = JsonSerializer.SerializeToUtf8Bytes(source.RootElement.GetProperty("document"), SchemaLabJson.Default.JsonElement);
        CompiledSchema schema = new SchemaCompiler().Compile(source.RootElement.GetProperty("schema"));
        if (!schema.IsValid(document))
        {
            throw new InvalidOperationException($"{name}: {schema.Validate(document).Errors[0]}");
        }

        using JsonDocument parsed = JsonDocument.Parse(document);
        JsonElement element = parsed.RootElement;
        double parse = Best(() =>
        {
            using JsonDocument one = JsonDocument.Parse(document);
            return one.RootElement.ValueKind == JsonValueKind.Object;
        });
        double validate = Best(() => schema.IsValid(element));
        double both = Best(() => schema.IsValid(document.AsMemory()));
        long before = GC.GetAllocatedBytesForCurrentThread();
        s_sink += schema.IsValid(element) ? 1 : 0;
        long elementBytes = GC.GetAllocatedBytesForCurrentThread() - before;
        s_sink += schema.IsValid(document.AsMemory()) ? 1 : 0;
        long textBytes = GC.GetAllocatedBytesForCurrentThread() - before - elementBytes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {document.Length} | {both:0} ns | {Of(peer, "both")} | {Ratio(peer, "both", both)} | {validate:0} ns | {Of(peer, "validate")} | {Ratio(peer, "validate", validate)} | {parse:0} ns | {Of(peer, "parse")} | {textBytes} B (element: {elementBytes} B) |"));
    }

    private static string Of(JsonElement? peer, string figure) =>
        peer is { } row ? string.Create(CultureInfo.InvariantCulture, $"{row.GetProperty(figure).GetDouble():0} ns") : "-";

    private static string Ratio(JsonElement? peer, string figure, double ours) =>
        peer is { } row ? string.Create(CultureInfo.InvariantCulture, $"{row.GetProperty(figure).GetDouble() / ours:0.00}") : "-";

    private static double Best(Func<bool> action)
    {
        Time(action, WarmUp);
        return Enumerable.Range(0, Rounds).Min(_ => Time(action, Round));
    }

    private static double Time(Func<bool> action, TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        long count = 0;
        TimeSpan elapsed;
        do
        {
            for (int i = 0; i < 64; i++)
            {
                s_sink |= action() ? 1 : 0;
            }

            count += 64;
            elapsed = Stopwatch.GetElapsedTime(start);
        }
        while (elapsed < duration);

        return elapsed.TotalNanoseconds / count;
    }

    private static JsonElement? Peer(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "ajv")))
        {
            return null;
        }

        try
        {
            var start = new ProcessStartInfo("node") { RedirectStandardOutput = true };
            start.ArgumentList.Add(Path.Combine(folder, "measure.mjs"));
            using Process? node = Process.Start(start);
            string output = node?.StandardOutput.ReadToEnd() ?? "";
            node?.WaitForExit();
            using JsonDocument results = JsonDocument.Parse(output);
            return results.RootElement.Clone();
        }
        catch (Exception missing) when (missing is System.ComponentModel.Win32Exception or JsonException)
        {
            return null;
        }
    }

    private static string FindFolder()
    {
        DirectoryInfo? folder = new(Directory.GetCurrentDirectory());
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "LlmRouting.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? ".", "benchmarks", "ajv");
    }
}
