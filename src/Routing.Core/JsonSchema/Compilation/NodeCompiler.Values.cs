using System.Text.Json;

namespace LlmRouting.JsonSchema;

// Keywords about single values, and those about the members of arrays and objects.
internal sealed partial class NodeCompiler
{
    private static void AddEquality(SchemaSite site, KeywordReader keywords, List<Keyword> rules)
    {
        if (keywords.TryGet("const", out JsonElement value))
        {
            rules.Add(new EnumKeyword("const", [value]));
        }

        if (keywords.List("enum", allowEmpty: true) is { } values)
        {
            rules.Add(new EnumKeyword("enum", values));
        }
    }

    private static void AddNumbers(SchemaNode node, SchemaSite site, KeywordReader keywords, List<Keyword> rules)
    {
        bool flags = site.Resource.Dialect.Draft == SchemaDialect.Draft4;
        List<NumberRange> ranges = [];
        AddRange(keywords, ranges, "minimum", "exclusiveMinimum", upper: false, flags);
        AddRange(keywords, ranges, "maximum", "exclusiveMaximum", upper: true, flags);
        if (ranges.Count > 0)
        {
            rules.Add(new NumberRules(node, [.. ranges]));
        }

        if (keywords.Number("multipleOf") is { } divisor)
        {
            if (divisor.Value.IsNegative || divisor.Value.Count == 0)
            {
                throw site.Error("multipleOf", $"it is {divisor.Text}; it must be more than 0.");
            }

            rules.Add(new MultipleOfKeyword(divisor));
        }
    }

    private static void AddRange(KeywordReader keywords, List<NumberRange> ranges, string inclusive, string exclusive, bool upper, bool flags)
    {
        if (keywords.Number(inclusive) is { } limit)
        {
            ranges.Add(new NumberRange(inclusive, limit, upper, flags && keywords.Flag(exclusive)));
        }

        if (!flags && keywords.Number(exclusive) is { } bound)
        {
            ranges.Add(new NumberRange(exclusive, bound, upper, IsExclusive: true));
        }
    }

    private void AddTexts(SchemaSite site, KeywordReader keywords, List<Keyword> rules)
    {
        if (keywords.Has("minLength"))
        {
            rules.Add(new LengthKeyword("minLength", keywords.Count("minLength", 0), upper: false));
        }

        if (keywords.Has("maxLength"))
        {
            rules.Add(new LengthKeyword("maxLength", keywords.Count("maxLength", 0), upper: true));
        }

        if (keywords.Text("pattern") is { } pattern)
        {
            rules.Add(new PatternKeyword(PatternOf(site, "pattern", pattern)));
        }

        bool asserts = options.AssertFormat ?? (site.Resource.Dialect.Vocabularies & Vocabularies.FormatAssertion) != 0;
        if (keywords.Text("format") is { } format && asserts && Formats.Find(format) is { } check)
        {
            rules.Add(new FormatKeyword(format, check));
        }

        if (options.AssertContent)
        {
            bool base64 = string.Equals(keywords.Text("contentEncoding"), "base64", StringComparison.OrdinalIgnoreCase);
            string? mediaType = keywords.Text("contentMediaType")?.Split(';')[0].Trim();
            bool json = mediaType is not null
                && (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
            if (base64 || (json && !keywords.Has("contentEncoding")))
            {
                rules.Add(new ContentKeyword(base64, json, json ? OptionalChild(site, keywords, "contentSchema") : null));
            }
        }
    }

    private void AddArrays(SchemaNode node, SchemaSite site, KeywordReader keywords, List<Keyword> rules)
    {
        bool prefixKeyword = site.Resource.Dialect.Draft == SchemaDialect.Draft202012;
        JsonElement[]? prefix = prefixKeyword ? keywords.List("prefixItems", allowEmpty: false) : null;
        string prefixName = "prefixItems";
        string itemsName = "items";
        if (keywords.TryGet("items", out JsonElement items) && items.ValueKind == JsonValueKind.Array)
        {
            if (prefixKeyword)
            {
                throw site.Error("items", "it is an array, which is prefixItems in draft 2020-12; rename it or name the schema's draft in $schema.");
            }

            prefix = [.. items.EnumerateArray()];
            prefixName = "items";
            itemsName = "additionalItems";
        }

        SchemaNode[] prefixNodes = prefix is null ? [] : Children(site, prefixName, prefix.Length);
        SchemaNode? rest = OptionalChild(site, keywords, itemsName);
        long least = keywords.Count("minItems", 0);
        long most = keywords.Count("maxItems", long.MaxValue);
        if (prefixNodes.Length > 0 || rest is not null || least > 0 || most < long.MaxValue)
        {
            rules.Add(new ArrayRules(node, prefixNodes, prefixName, rest, itemsName, least, most));
        }

        if (keywords.Has("contains"))
        {
            rules.Add(new ContainsKeyword(
                Child(site, "contains"), keywords.Count("minContains", 1), keywords.Count("maxContains", long.MaxValue), marksEvaluated: prefixKeyword));
        }

        if (keywords.Flag("uniqueItems"))
        {
            rules.Add(new UniqueItemsKeyword());
        }
    }

    private void AddObjects(SchemaNode node, SchemaSite site, KeywordReader keywords, List<Keyword> rules)
    {
        var builder = new ObjectRulesBuilder
        {
            Least = keywords.Count("minProperties", 0),
            Most = keywords.Count("maxProperties", long.MaxValue),
        };
        foreach (JsonProperty property in keywords.Map("properties"))
        {
            builder.Schemas[builder.Slot(property.Name)] = Child(site, "properties", property.Name);
        }

        AddRequired(site, keywords, builder);
        foreach (JsonProperty property in keywords.Map("patternProperties"))
        {
            builder.Patterns.Add(new PatternRule(
                PatternOf(site, "patternProperties", property.Name),
                Child(site, "patternProperties", property.Name),
                "/patternProperties/" + JsonPointer.Escape(property.Name)));
        }

        builder.Additional = OptionalChild(site, keywords, "additionalProperties");
        builder.PropertyNames = OptionalChild(site, keywords, "propertyNames");
        foreach (string keyword in (ReadOnlySpan<string>)["dependentRequired", "dependentSchemas", "dependencies"])
        {
            foreach (JsonProperty property in keywords.Map(keyword))
            {
                bool names = property.Value.ValueKind == JsonValueKind.Array && keyword != "dependentSchemas";
                builder.Dependencies.Add(names || keyword == "dependentRequired"
                    ? new Dependency(builder.Slot(property.Name), [.. keywords.Names(keyword, property.Value).Select(builder.Slot)], null, keyword)
                    : new Dependency(builder.Slot(property.Name), [], Child(site, keyword, property.Name), keyword));
            }
        }

        if (!builder.IsEmpty)
        {
            rules.Add(new ObjectRules(node, builder));
        }
    }

    private static void AddRequired(SchemaSite site, KeywordReader keywords, ObjectRulesBuilder builder)
    {
        if (!keywords.TryGet("required", out JsonElement required))
        {
            return;
        }

        if (required.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            throw site.Error("required", "it is a boolean, as in draft-03; list the required properties in the object that holds them.");
        }

        foreach (string name in keywords.Names("required", required))
        {
            builder.Required.Add(builder.Slot(name));
        }
    }

    private Pattern PatternOf(SchemaSite site, string keyword, string source)
    {
        if (_patterns.TryGetValue(source, out Pattern? known))
        {
            return known;
        }

        try
        {
            return _patterns[source] = new Pattern(source, options.RegexTimeout);
        }
        catch (FormatException problem)
        {
            throw new SchemaException($"{site.Location}/{keyword}", $"the pattern '{source}' is no ECMA-262 regular expression: {problem.Message}", problem);
        }
    }
}
