using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmRouting.Lab;

[JsonSerializable(typeof(JsonElement))]
internal sealed partial class SchemaLabJson : JsonSerializerContext;
