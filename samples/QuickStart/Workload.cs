using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmRouting.QuickStart;

/// <summary>Is what is sent: the requests of a made-up support desk, written for this sample.</summary>
internal sealed record Workload
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>Gets the system message of every request.</summary>
    public required string Instructions { get; init; }

    /// <summary>Gets the texts that requests bring along, by name, in paragraphs.</summary>
    public required ImmutableDictionary<string, ImmutableArray<string>> Documents { get; init; }

    /// <summary>Gets the JSON schemas that answers are asked to follow, by name.</summary>
    public required ImmutableDictionary<string, JsonElement> Schemas { get; init; }

    public required ImmutableArray<WorkloadItem> Items { get; init; }

    public static Workload Load(int count)
    {
        using FileStream file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "workload.json"));
        Workload workload = JsonSerializer.Deserialize<Workload>(file, Json) ?? throw new InvalidDataException("workload.json is empty.");
        return workload with { Items = [.. workload.Items.Take(count)] };
    }

    /// <summary>Puts a turn's words together with the documents of its item.</summary>
    public string PromptOf(WorkloadItem item, int turn) =>
        turn > 0 || item.Documents.IsDefaultOrEmpty
            ? item.Turns[turn]
            : string.Join("\n\n", [item.Turns[turn], .. item.Documents.SelectMany(name => Documents[name])]);
}
