using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmRouting.Providers.Fuzzing;

/// <summary>Changes JSON in its structure: what comes out is mostly JSON still, of another shape.</summary>
internal sealed class JsonMutator(Random random)
{
    private const string Mark = "@@fuzz";

    // No serializer writes these; they take the place of a marked string in the text.
    private static readonly string[] RawValues =
    [
        "null", "true", "false", "0", "-1", "-0", "1e999", "-1e-999", "0.5", "1.5e3", "2147483648", "-9223372036854775808", "9223372036854775807", "18446744073709551616",
        "123456789012345678901234567890", "\"\"", "\" \"", "\"0\"", "\"12\"", "\"\\ud800\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"{\\\"a\\\":\"", "\"error\"", "[]", "{}",
        "[null]", "[[]]", "[{}]", "{\"a\":null}", "{\"type\":null}", "{\"type\":\"text\",\"text\":null}", "{\"error\":{}}", "NaN", "01", "'x'", "[1,]", "{\"a\":1,\"a\":2}",
        new string('[', 5000), string.Concat(Enumerable.Repeat("{\"a\":", 5000)),
    ];

    private static readonly string[] Names = ["error", "type", "index", "content", "usage", "id", "choices", "delta", "message", "text", "role", "finish_reason", "stop_reason", "", "\ud83d\ude00"];

    /// <summary>Changes one thing.</summary>
    /// <returns>The text as it is when it cannot be changed: it is no JSON, or holds what an earlier change left and no serializer writes.</returns>
    public string Mutate(string json)
    {
        try
        {
            return Change(JsonNode.Parse(json));
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return json;
        }
    }

    private string Change(JsonNode? root)
    {
        List<JsonNode> containers = [];
        Collect(root, containers);
        if (root is null || containers.Count == 0)
        {
            return Pick(RawValues);
        }

        Change(containers[random.Next(containers.Count)], containers);
        return root.ToJsonString().Replace($"\"{Mark}\"", Pick(RawValues), StringComparison.Ordinal);
    }

    private void Change(JsonNode container, List<JsonNode> containers)
    {
        switch (container)
        {
            case JsonObject { Count: > 0 } owner:
                string name = owner.ElementAt(random.Next(owner.Count)).Key;
                switch (random.Next(6))
                {
                    case 0:
                        owner.Remove(name);
                        break;
                    case 1:
                        JsonNode? renamed = owner[name];
                        owner.Remove(name);
                        owner[Pick(Names)] = renamed;
                        break;
                    case 2:
                        owner[Pick(Names)] = Mark;
                        break;
                    case 3:
                        owner[name] = containers[random.Next(containers.Count)].DeepClone();
                        break;
                    case 4:
                        owner[name] = random.NextInt64().ToString(CultureInfo.InvariantCulture);
                        break;
                    default:
                        owner[name] = Mark;
                        break;
                }

                break;
            case JsonObject owner:
                owner[Pick(Names)] = Mark;
                break;
            case JsonArray { Count: > 0 } list when random.Next(3) > 0:
                int at = random.Next(list.Count);
                if (random.Next(3) == 0)
                {
                    list.RemoveAt(at);
                }
                else
                {
                    list[at] = random.Next(2) == 0 ? Mark : containers[random.Next(containers.Count)].DeepClone();
                }

                break;
            case JsonArray list:
                list.Insert(random.Next(list.Count + 1), random.Next(2) == 0 || list.Count == 0 ? Mark : list[random.Next(list.Count)]?.DeepClone());
                break;
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode> containers)
    {
        switch (node)
        {
            case JsonObject owner:
                containers.Add(owner);
                foreach (KeyValuePair<string, JsonNode?> property in owner)
                {
                    Collect(property.Value, containers);
                }

                break;
            case JsonArray list:
                containers.Add(list);
                foreach (JsonNode? item in list)
                {
                    Collect(item, containers);
                }

                break;
        }
    }

    private string Pick(string[] of) => of[random.Next(of.Length)];
}
