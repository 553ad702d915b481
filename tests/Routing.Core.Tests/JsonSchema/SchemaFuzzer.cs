using System.Globalization;
using System.Text;

namespace LlmRouting.JsonSchema.Fuzzing;

// Makes random schemas and instances, mostly sensible and sometimes hostile: loops of references, patterns that backtrack, huge
// numbers, deep nesting, lone surrogates, escaped names. The same seed makes the same pairs.
internal sealed class SchemaFuzzer(int seed)
{
    private static readonly string[] Names = ["a", "b", "c", "dd", "\\u0061", "e\\\\f", "~/", "", "\\ud83d\\ude00"];
    private static readonly string[] Types = ["null", "boolean", "object", "array", "number", "string", "integer"];
    private static readonly string[] Formats =
    [
        "date", "time", "date-time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri", "uri-reference",
        "iri", "iri-reference", "uri-template", "uuid", "json-pointer", "relative-json-pointer", "regex", "unknown",
    ];

    private static readonly string[] Patterns =
    [
        "^a", "b$", "^(a+)+$", "^(?=a)(a|aa)+$", "\\\\d{2,3}", "[^a-c]", "\\\\p{L}+", "^\\\\w*\\\\s?$", "(a)(b)?\\\\2", ".", "[]", "[^]", "(", "\\\\q",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "2", "3.5", "-7", "1e400", "1e-400", "1e999999999999999999999", "12345678901234567890123", "0.1", "1.0", "100e-2", "-1E+2",
    ];

    private static readonly string[] Texts =
    [
        "", "a", "ab", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "2020-02-29", "12:00:00Z", "P1D", "a@b.c", "xn--a", "::1", "1.2.3.4", "http://a/b?c#d", "{a}", "/a~0",
        "\\ud800", "\\u0000", "\\ud83d\\ude00", "\u00e9\u0301", "\u05d0", "\\\"", "0#",
    ];

    private static readonly string[] References = ["#", "#/$defs/a", "#/$defs/b", "#x", "#/properties/a", "#/nowhere", "http://example.org/none"];
    private static readonly string[] Drafts =
    [
        "http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-06/schema#", "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2020-12/schema",
    ];

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();

    internal string NextSchema()
    {
        _text.Clear();
        _text.Append('{');
        if (_random.Next(3) == 0)
        {
            _text.Append(CultureInfo.InvariantCulture, $"\"$schema\":\"{Pick(Drafts)}\",");
        }

        _text.Append("\"$defs\":{\"a\":");
        Schema(2);
        _text.Append(",\"b\":{\"$anchor\":\"x\",\"$dynamicAnchor\":\"x\",");
        Keywords(2);
        _text.Append("}},");
        Keywords(4);
        return _text.Append('}').ToString();
    }

    internal string NextInstance()
    {
        _text.Clear();
        if (_random.Next(200) == 0)
        {
            int depth = _random.Next(1, 300);
            return new string('[', depth) + new string(']', depth);
        }

        Value(4);
        return _random.Next(300) == 0 ? _text.Append('}').ToString() : _text.ToString();
    }

    private void Schema(int depth)
    {
        if (_random.Next(8) == 0)
        {
            _text.Append(_random.Next(3) == 0 ? "false" : "true");
            return;
        }

        _text.Append('{');
        Keywords(depth);
        _text.Append('}');
    }

    private void Keywords(int depth)
    {
        int count = _random.Next(4);
        for (int i = 0; i < count; i++)
        {
            if (i > 0)
            {
                _text.Append(',');
            }

            Keyword(depth);
        }

        if (count == 0)
        {
            _text.Append("\"title\":\"t\"");
        }
    }

    private void Keyword(int depth)
    {
        int kind = depth <= 0 ? _random.Next(7) : _random.Next(17);
        switch (kind)
        {
            case 0:
                Name("type");
                if (_random.Next(2) == 0)
                {
                    _text.Append(CultureInfo.InvariantCulture, $"\"{Pick(Types)}\"");
                }
                else
                {
                    _text.Append(CultureInfo.InvariantCulture, $"[\"{Pick(Types)}\",\"{Pick(Types)}\"]");
                }

                break;
            case 1:
                Name(Pick(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]));
                _text.Append(Pick(Numbers));
                break;
            case 2:
                Name(Pick(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains"]));
                _text.Append(_random.Next(4));
                break;
            case 3:
                Name("pattern");
                _text.Append(CultureInfo.InvariantCulture, $"\"{Pick(Patterns)}\"");
                break;
            case 4:
                Name("format");
                _text.Append(CultureInfo.InvariantCulture, $"\"{Pick(Formats)}\"");
                break;
            case 5:
                Name("enum");
                Value(2, array: true);
                break;
            case 6:
                Name(Pick(["$ref", "$ref", "$dynamicRef", "$recursiveRef"]));
                _text.Append(CultureInfo.InvariantCulture, $"\"{Pick(References)}\"");
                break;
            case 7 or 8:
                Name(Pick(["allOf", "anyOf", "oneOf", "prefixItems", "items"]));
                List(depth);
                break;
            case 9 or 10:
                Name(Pick(["properties", "properties", "dependentSchemas", "dependencies"]));
                Map(depth, Names);
                break;
            case 11:
                Name("patternProperties");
                Map(depth, Patterns);
                break;
            case 12:
                Name("required");
                _text.Append(CultureInfo.InvariantCulture, $"[\"{Pick(Names)}\",\"{Pick(Names)}\"]");
                break;
            case 13:
                Name("uniqueItems");
                _text.Append("true");
                break;
            default:
                Name(Pick(
                [
                    "not", "if", "then", "else", "contains", "items", "additionalProperties", "propertyNames", "unevaluatedProperties",
                    "unevaluatedItems", "additionalItems", "contentSchema",
                ]));
                Schema(depth - 1);
                break;
        }
    }

    private void List(int depth)
    {
        _text.Append('[');
        Schema(depth - 1);
        for (int i = _random.Next(3); i > 0; i--)
        {
            _text.Append(',');
            Schema(depth - 1);
        }

        _text.Append(']');
    }

    private void Map(int depth, string[] names)
    {
        _text.Append('{');
        for (int i = _random.Next(4); i >= 0; i--)
        {
            Name(Pick(names));
            Schema(depth - 1);
            _text.Append(i > 0 ? "," : "");
        }

        _text.Append('}');
    }

    private void Value(int depth, bool array = false)
    {
        switch (array ? 6 : depth <= 0 ? _random.Next(5) : _random.Next(9))
        {
            case 0:
                _text.Append("null");
                break;
            case 1:
                _text.Append(_random.Next(2) == 0 ? "true" : "false");
                break;
            case 2 or 3:
                _text.Append(Pick(Numbers));
                break;
            case 4:
                _text.Append(CultureInfo.InvariantCulture, $"\"{Pick(Texts)}\"");
                break;
            case 5 or 6:
                _text.Append('[');
                for (int i = _random.Next(_random.Next(10) == 0 ? 70 : 5); i > 0; i--)
                {
                    Value(depth - 1);
                    _text.Append(i > 1 ? "," : "");
                }

                _text.Append(']');
                break;
            default:
                _text.Append('{');
                for (int i = _random.Next(5); i > 0; i--)
                {
                    Name(Pick(Names));
                    Value(depth - 1);
                    _text.Append(i > 1 ? "," : "");
                }

                _text.Append('}');
                break;
        }
    }

    private void Name(string name) => _text.Append('"').Append(name).Append("\":");

    private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
}
