using System.Text.Json.Nodes;

namespace LlmRouting.Core.Tests.Replay;

/// <summary>Damages one place of an object of JSON: another type, another value, nothing at all, or a line that is cut.</summary>
internal static class DamagedJson
{
    public static string Make(string line, Random random)
    {
        if (random.Next(10) == 0)
        {
            return line[..random.Next(line.Length)];
        }

        JsonNode root = JsonNode.Parse(line)!;
        List<JsonNode> places = [];
        Collect(root, places);
        JsonNode place = places[random.Next(places.Count)];
        JsonNode? other = random.Next(9) switch
        {
            0 => null,
            1 => JsonValue.Create(-1),
            2 => JsonValue.Create(1e300),
            3 => JsonValue.Create("nonsense"),
            4 => JsonValue.Create(""),
            5 => new JsonArray(),
            6 => new JsonObject(),
            7 => JsonValue.Create(7.5),
            _ => JsonValue.Create(true),
        };
        if (place.Parent is JsonObject parent && random.Next(3) == 0)
        {
            parent.Remove(place.GetPropertyName());
        }
        else
        {
            place.ReplaceWith(other);
        }

        return root.ToJsonString();
    }

    private static void Collect(JsonNode node, List<JsonNode> places)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject fields => fields.Select(static field => field.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (JsonNode child in children.OfType<JsonNode>())
        {
            places.Add(child);
            Collect(child, places);
        }
    }
}
