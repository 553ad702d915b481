using System.Text.Json;

namespace LlmRouting.JsonSchema;

internal static class TypeNames
{
    internal static int Parse(string name) => name switch
    {
        "null" => 1 << (int)JsonValueKind.Null,
        "boolean" => (1 << (int)JsonValueKind.True) | (1 << (int)JsonValueKind.False),
        "object" => 1 << (int)JsonValueKind.Object,
        "array" => 1 << (int)JsonValueKind.Array,
        "string" => 1 << (int)JsonValueKind.String,
        "number" => SchemaNode.NumberBit,
        "integer" => SchemaNode.Integer,
        _ => 0,
    };

    internal static string Of(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "a boolean",
    };

    internal static string Join(int types)
    {
        List<string> names = [];
        void Add(JsonValueKind kind)
        {
            if ((types & (1 << (int)kind)) != 0)
            {
                names.Add(Of(kind));
            }
        }

        Add(JsonValueKind.Object);
        Add(JsonValueKind.Array);
        Add(JsonValueKind.String);
        Add(JsonValueKind.Number);
        if ((types & (SchemaNode.Integer | SchemaNode.NumberBit)) == SchemaNode.Integer)
        {
            names.Add("an integer");
        }

        Add(JsonValueKind.True);
        Add(JsonValueKind.Null);
        return string.Join(" or ", names);
    }
}
