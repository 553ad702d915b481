using System.Text.Encodings.Web;
using System.Text.Json;
using LlmRouting.DecisionLog;
using LlmRouting.Replay;

namespace LlmRouting.Lab;

/// <summary>Decides the requests of a decision log again, without network and without keys.</summary>
internal static class ReplayCommand
{
    private const int MaxShown = 20;

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not ([_, "--config", _] or [_, "--config", _, "--against", _]))
        {
            await Console.Error.WriteLineAsync("""
                replay <log.jsonl> --config <a.json[,b.json]> [--against <c.json[,d.json]>]
                  decides the records again with the configuration that they were made with, and, as a what-if, with another one
                """);
            return 2;
        }

        try
        {
            ReplayTally made = new(ReplayConfiguration.Read(arguments[2]));
            ReplayTally? against = arguments.Length > 3 ? new ReplayTally(ReplayConfiguration.Read(arguments[4])) : null;
            DecisionLogReader reader = new(arguments[0]);
            int records = 0;
            decimal costUsd = 0;
            foreach (LoggedDecision record in reader.Read())
            {
                records++;
                costUsd += record.CostUsd;
                await AddAsync(made, record, "config");
                if (against is not null)
                {
                    await AddAsync(against, record, "against");
                }
            }

            foreach (string error in reader.Errors)
            {
                await Console.Error.WriteLineAsync(error);
            }

            Print(made, against, reader, records, costUsd);
            return 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }
    }

    private static async Task AddAsync(ReplayTally tally, LoggedDecision record, string name)
    {
        ReplayedDecision again = await tally.AddAsync(record);
        int shown = tally.Different + tally.Unreplayable;
        if (again.Kind != ReplayKind.Same && shown <= MaxShown)
        {
            await Console.Error.WriteLineAsync($"{name} {record.Id ?? "(refused)"} {again.Kind}: {again.Difference}{(shown == MaxShown ? " (further ones are counted only)" : "")}");
        }
    }

    private static void Print(ReplayTally made, ReplayTally? against, DecisionLogReader reader, int records, decimal costUsd)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("records", records);
            json.WriteNumber("badLines", reader.Errors.Count);
            json.WriteBoolean("cut", reader.IsCut);
            json.WriteNumber("recordedCostUsd", costUsd);
            Write(json, made);
            if (against is not null)
            {
                json.WriteStartObject("against");
                Write(json, against);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        Console.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void Write(Utf8JsonWriter json, ReplayTally tally)
    {
        json.WriteNumber("same", tally.Same);
        json.WriteNumber("different", tally.Different);
        json.WriteNumber("unreplayable", tally.Unreplayable);
        json.WriteNumber("elsewhere", tally.Elsewhere);
        json.WriteNumber("refused", tally.Refused);
        json.WriteNumber("costUsd", tally.CostUsd);
        json.WriteNumber("unpriced", tally.Unpriced);
        json.WriteStartObject("share");
        int decided = tally.Requests.Values.Sum();
        foreach ((string model, int count) in tally.Requests)
        {
            json.WriteNumber(model, Math.Round((double)count / decided, 4));
        }

        json.WriteEndObject();
        json.WriteStartObject("asRecorded");
        foreach ((string part, int count) in tally.Replay.TakenFromRecords)
        {
            json.WriteNumber(part, count);
        }

        json.WriteEndObject();
    }
}
