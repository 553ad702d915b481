using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using LlmRouting.JsonSchema;

namespace LlmRouting.Validation;

/// <summary>Reads off a schema what can be checked while a document is still coming in.</summary>
/// <remarks>
/// Takes only keywords that stand in a conjunction with everything else; what it does not know it leaves out, which makes the rules weaker
/// and never wrong. The keywords that look at one plain value are compiled by the validator's own compiler and in the schema's own draft,
/// so that both give the same answer. Beside a <c>$ref</c> nothing else is read, since older drafts ignore it.
/// </remarks>
internal sealed class StreamRuleReader
{
    private const int MaxRules = 2_000;
    private const string NewestDraft = "https://json-schema.org/draft/2020-12/schema";

    private static readonly FrozenSet<string> KnownDrafts = new[]
    {
        NewestDraft, "https://json-schema.org/draft/2019-09/schema", "http://json-schema.org/draft-07/schema",
        "http://json-schema.org/draft-06/schema", "http://json-schema.org/draft-04/schema",
    }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly string[] ScalarKeywords =
        ["type", "enum", "const", "maxLength", "minLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"];

    private readonly SchemaCompiler _compiler;
    private readonly JsonElement _root;
    private readonly string? _draft;
    private readonly bool _followsReferences;
    private readonly Dictionary<string, StreamRule?> _byPointer = new(StringComparer.Ordinal);
    private int _count;

    private StreamRuleReader(SchemaCompiler compiler, JsonElement root, string? draft)
    {
        _compiler = compiler;
        _root = root;
        _draft = draft;

        // A document inside the document moves the place that "#" means.
        _followsReferences = !HasInner(root, isRoot: true, static name => name is "$id" or "id");
    }

    /// <summary>Reads the rules of a schema that has been compiled already.</summary>
    /// <param name="compiler">What compiled it.</param>
    /// <param name="schema">The schema.</param>
    /// <returns>null when nothing can be said early.</returns>
    public static StreamRule? Read(SchemaCompiler compiler, JsonElement schema)
    {
        string? draft = null;
        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("$schema", out JsonElement named))
        {
            draft = named.ValueKind == JsonValueKind.String ? named.GetString()!.TrimEnd('#') : "";
            if (!KnownDrafts.Contains(draft))
            {
                return null;
            }
        }

        try
        {
            // A part in another draft would have to be read by that draft's rules.
            return HasInner(schema, isRoot: true, static name => name == "$schema") ? null : new StreamRuleReader(compiler, schema, draft).ReadRule(schema);
        }
        catch (Exception exception) when (exception is InvalidOperationException or SchemaException)
        {
            return null; // half a surrogate pair in a name, or a keyword that means something else by itself
        }
    }

    private StreamRule? ReadRule(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.False)
        {
            return new StreamRule { ForbidsAll = true };
        }

        if (schema.ValueKind != JsonValueKind.Object || ++_count > MaxRules)
        {
            return null;
        }

        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            return Follow(reference);
        }

        StreamRule rule = Create(schema);
        Fill(rule, schema);
        return rule;
    }

    private StreamRule Create(JsonElement schema)
    {
        bool hasType = schema.TryGetProperty("type", out JsonElement type);
        return new StreamRule
        {
            AllowsObject = !hasType || Names(type, "object"),
            AllowsArray = !hasType || Names(type, "array"),
            Scalar = CompileScalar(schema),
            MaxLength = Limit(schema, "maxLength"),
            MaxItems = Limit(schema, "maxItems"),
            ForbidsOtherNames = schema.TryGetProperty("additionalProperties", out JsonElement other)
                && other.ValueKind == JsonValueKind.False
                && !schema.TryGetProperty("patternProperties", out _),
            Required = schema.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array
                ? [.. required.EnumerateArray().Select(static name => name.GetString()).OfType<string>().Distinct(StringComparer.Ordinal)]
                : [],
        };
    }

    // After the rule exists, so that a reference back to it finds it.
    private void Fill(StreamRule rule, JsonElement schema)
    {
        if (schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
        {
            Dictionary<string, StreamRule?> rules = new(StringComparer.Ordinal);
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                rules[property.Name] = ReadRule(property.Value);
            }

            rule.Properties = rules.ToFrozenDictionary(StringComparer.Ordinal);
        }

        if (schema.TryGetProperty("additionalProperties", out JsonElement other)
            && other.ValueKind == JsonValueKind.Object
            && !schema.TryGetProperty("patternProperties", out _))
        {
            rule.OtherProperties = ReadRule(other);
        }

        FillItems(rule, schema);
    }

    private void FillItems(StreamRule rule, JsonElement schema)
    {
        bool hasItems = schema.TryGetProperty("items", out JsonElement items);
        if (schema.TryGetProperty("prefixItems", out JsonElement first))
        {
            // Drafts before 2020-12 do not know the keyword; without a draft's name the compiler's default might be one of those.
            if (_draft == NewestDraft && first.ValueKind == JsonValueKind.Array)
            {
                rule.FirstItems = [.. first.EnumerateArray().Select(ReadRule)];
                rule.Items = hasItems ? ReadRule(items) : null;
            }
        }
        else if (hasItems)
        {
            rule.FirstItems = items.ValueKind == JsonValueKind.Array ? [.. items.EnumerateArray().Select(ReadRule)] : [];
            rule.Items = items.ValueKind == JsonValueKind.Array ? null : ReadRule(items);
        }
    }

    private StreamRule? Follow(JsonElement reference)
    {
        if (!_followsReferences || reference.ValueKind != JsonValueKind.String || reference.GetString() is not ['#', ..] pointer)
        {
            return null;
        }

        if (_byPointer.TryGetValue(pointer, out StreamRule? known))
        {
            return known;
        }

        _byPointer[pointer] = null; // a reference that leads to itself says nothing
        if (!TryResolve(pointer, out JsonElement target) || target.ValueKind != JsonValueKind.Object || target.TryGetProperty("$ref", out _))
        {
            return target.ValueKind == JsonValueKind.Object ? ReadRule(target) : null;
        }

        StreamRule rule = Create(target);
        _byPointer[pointer] = rule;
        Fill(rule, target);
        return rule;
    }

    private bool TryResolve(string pointer, out JsonElement target)
    {
        target = _root;
        if (pointer.Length == 1)
        {
            return true;
        }

        if (pointer[1] != '/' || pointer.Contains('%', StringComparison.Ordinal))
        {
            target = default;
            return false;
        }

        foreach (string part in pointer[2..].Split('/'))
        {
            string name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(name, out target))
            {
                target = default;
                return false;
            }
        }

        return true;
    }

    private CompiledSchema? CompileScalar(JsonElement schema)
    {
        using MemoryStream text = new();
        using Utf8JsonWriter writer = new(text);
        writer.WriteStartObject();
        if (_draft is not null)
        {
            writer.WriteString("$schema", _root.GetProperty("$schema").GetString());
        }

        bool isEmpty = true;
        foreach (string keyword in ScalarKeywords)
        {
            if (schema.TryGetProperty(keyword, out JsonElement value))
            {
                isEmpty = false;
                writer.WritePropertyName(keyword);
                writer.WriteRawValue(Encoding.UTF8.GetBytes(value.GetRawText()));
            }
        }

        if (isEmpty)
        {
            return null;
        }

        writer.WriteEndObject();
        writer.Flush();
        return _compiler.Compile(text.ToArray().AsMemory());
    }

    private static bool Names(JsonElement type, string name) => type.ValueKind switch
    {
        JsonValueKind.String => type.ValueEquals(name),
        JsonValueKind.Array => type.EnumerateArray().Any(one => one.ValueKind == JsonValueKind.String && one.ValueEquals(name)),
        _ => true,
    };

    private static int Limit(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out JsonElement limit) && limit.ValueKind == JsonValueKind.Number && limit.TryGetInt32(out int value)
            ? value
            : int.MaxValue;

    // Older drafts spell it "id", which is a common property name too: then its value is a schema.
    private static bool HasInner(JsonElement element, bool isRoot, Func<string, bool> isIt) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().Any(property =>
            (!isRoot && property.Value.ValueKind == JsonValueKind.String && isIt(property.Name)) || HasInner(property.Value, isRoot: false, isIt)),
        JsonValueKind.Array => element.EnumerateArray().Any(item => HasInner(item, isRoot: false, isIt)),
        _ => false,
    };
}
