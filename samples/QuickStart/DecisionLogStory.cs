using System.Globalization;
using System.Text.Json;
using LlmRouting.DecisionLog;

namespace LlmRouting.QuickStart;

/// <summary>Says what the decision log holds.</summary>
internal static class DecisionLogStory
{
    public static IEnumerable<string> Lines(JsonLinesDecisionLog log)
    {
        log.Flush();
        if (log.CurrentFile is not { } path)
        {
            yield return $"Log          nothing could be written; {log.Lost} records are lost";
            yield break;
        }

        string[] lines = Read(path);
        yield return $"Log          {log.Written} records, no text in any of them, in {path}";
        yield return $"             the last one: {Shorten(lines[^1])}";
    }

    private static string[] Read(string path)
    {
        // The log still has it open.
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // The fields that say most; a whole record has more than anybody reads on a terminal.
    private static string Shorten(string line)
    {
        using JsonDocument record = JsonDocument.Parse(line);
        string result = record.RootElement.GetProperty("result").GetString()!; // not null: every record has one
        string why = string.Join("; ", record.RootElement.GetProperty("steps").EnumerateArray()
            .Select(static step => $"{step.GetProperty("source")} {step.GetProperty("kind")} {(step.TryGetProperty("target", out JsonElement target) ? target : "")}".TrimEnd())
            .Distinct());
        return string.Create(CultureInfo.InvariantCulture, $"{result} after {record.RootElement.GetProperty("elapsedMs").GetDouble():0.0} ms: {why}");
    }
}
