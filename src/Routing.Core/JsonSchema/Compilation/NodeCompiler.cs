using System.Globalization;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// Turns the schemas that can be reached from the root into nodes. References may run in circles, so a node exists before it is filled,
// and a queue fills them: a chain of a thousand references costs no stack.
internal sealed partial class NodeCompiler(SchemaSettings options)
{
    private readonly SchemaLoader _loader = new(options);
    private readonly Queue<SchemaSite> _unfilled = new();
    private readonly Dictionary<string, Pattern> _patterns = new(StringComparer.Ordinal);
    private int _nodes;
    private bool _usesDynamicScope;

    internal CompiledSchema Compile(JsonElement schema, string baseUri)
    {
        try
        {
            SchemaNode root = Node(_loader.LoadRoot(schema, baseUri));
            while (_unfilled.TryDequeue(out SchemaSite? site))
            {
                // The null-forgiving: a site is queued when its node is made.
                Fill(site.Node!, site);
            }

            return new CompiledSchema(root, options, _usesDynamicScope);
        }
        catch (InsufficientExecutionStackException tooDeep)
        {
            throw new SchemaException("#", "a value of const or enum nests deeper than the stack allows.", tooDeep);
        }
        catch (InvalidOperationException notText)
        {
            // Only a lone surrogate in a name or text of the schema gets here.
            throw new SchemaException("#", "a name or text in it is not well-formed Unicode (half of a surrogate pair).", notText);
        }
    }

    private SchemaNode Node(SchemaSite site)
    {
        if (site.Node is { } known)
        {
            return known;
        }

        if (++_nodes > options.MaxSchemaNodes)
        {
            throw new SchemaException(site.Location, $"there are more than {options.MaxSchemaNodes} subschemas (SchemaSettings.MaxSchemaNodes).");
        }

        bool reached = site.Resource.Scope is not null;
        DynamicScope scope = site.Resource.Scope ??= new DynamicScope();
        site.Node = new SchemaNode(site.Location, scope);
        _unfilled.Enqueue(site);
        if (!reached)
        {
            // $dynamicRef may come to these though no reference names them.
            foreach ((string anchor, SchemaSite target) in site.Resource.DynamicAnchors)
            {
                scope.Anchors[anchor] = Node(target);
            }
        }

        return site.Node;
    }

    private SchemaNode Child(SchemaSite site, string keyword, string? key = null)
    {
        string pointer = $"{site.Pointer}/{JsonPointer.Escape(keyword)}{(key is null ? "" : "/" + JsonPointer.Escape(key))}";
        // The null-forgiving: the caller read the value from there.
        return Node(_loader.SiteAt(site.Resource, pointer)!);
    }

    private SchemaNode? OptionalChild(SchemaSite site, KeywordReader keywords, string keyword) =>
        keywords.Has(keyword) ? Child(site, keyword) : null;

    private SchemaNode[] Children(SchemaSite site, string keyword, int count) =>
        [.. Enumerable.Range(0, count).Select(index => Child(site, keyword, index.ToString(CultureInfo.InvariantCulture)))];

    private void Fill(SchemaNode node, SchemaSite site)
    {
        if (site.Element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            node.IsFalse = site.Element.ValueKind == JsonValueKind.False;
            node.Types = node.IsFalse ? 0 : SchemaNode.AnyType;
            node.SetKeywords([]);
            return;
        }

        if (site.Element.ValueKind != JsonValueKind.Object)
        {
            throw new SchemaException(site.Location, $"a schema must be an object or a boolean, and this is {TypeNames.Of(site.Element.ValueKind)}.");
        }

        var keywords = new KeywordReader(site);
        List<Keyword> rules = [];
        node.Types = Types(site, keywords);
        node.LexicalIntegers = site.Resource.Dialect.Draft == SchemaDialect.Draft4;
        AddEquality(site, keywords, rules);
        AddNumbers(node, site, keywords, rules);
        AddTexts(site, keywords, rules);
        AddArrays(node, site, keywords, rules);
        AddObjects(node, site, keywords, rules);
        AddReferences(site, keywords, rules);
        AddCombinators(site, keywords, rules);
        if (keywords.Has("unevaluatedProperties"))
        {
            node.UnevaluatedProperties = new UnevaluatedPropertiesKeyword(Child(site, "unevaluatedProperties"));
        }

        if (keywords.Has("unevaluatedItems"))
        {
            node.UnevaluatedItems = new UnevaluatedItemsKeyword(Child(site, "unevaluatedItems"));
        }

        if (options.CollectAnnotations)
        {
            node.Annotations = [.. keywords.Annotations];
        }

        node.SetKeywords(rules);
    }

    private static int Types(SchemaSite site, KeywordReader keywords)
    {
        if (!keywords.TryGet("type", out JsonElement type))
        {
            return SchemaNode.AnyType;
        }

        string[] names = type.ValueKind == JsonValueKind.String ? [type.GetString() ?? ""] : keywords.Names("type", type);
        int types = 0;
        foreach (string name in names)
        {
            int bits = TypeNames.Parse(name);
            types |= bits != 0 ? bits
                : throw site.Error("type", $"'{name}' is no type; use array, boolean, integer, null, number, object or string.");
        }

        return types;
    }

    private void AddReferences(SchemaSite site, KeywordReader keywords, List<Keyword> rules)
    {
        if (keywords.Text("$ref") is { } reference)
        {
            rules.Add(new ReferenceKeyword("$ref", Node(_loader.Resolve(site, "$ref", reference))));
        }

        if (keywords.Text("$dynamicRef") is { } dynamicReference)
        {
            SchemaSite initial = _loader.Resolve(site, "$dynamicRef", dynamicReference);
            (_, string fragment) = UriReference.SplitFragment(dynamicReference);
            string anchor = Uri.UnescapeDataString(fragment);
            // Only when it starts at a dynamic anchor of that very name; otherwise it is a plain $ref (2020-12, core, section 8.2.3.2).
            bool isDynamic = anchor.Length > 0 && initial.Resource.DynamicAnchors.TryGetValue(anchor, out SchemaSite? target) && target == initial;
            AddDynamic(rules, "$dynamicRef", initial, isDynamic ? anchor : null);
        }

        if (keywords.Text("$recursiveRef") is { } recursiveReference)
        {
            if (recursiveReference != "#")
            {
                throw site.Error("$recursiveRef", "it must be '#'; use $ref for other places.");
            }

            SchemaSite initial = _loader.Resolve(site, "$recursiveRef", recursiveReference);
            bool isDynamic = initial.Resource.DynamicAnchors.ContainsKey(SchemaLoader.RecursiveAnchor);
            AddDynamic(rules, "$recursiveRef", initial, isDynamic ? SchemaLoader.RecursiveAnchor : null);
        }
    }

    private void AddDynamic(List<Keyword> rules, string keyword, SchemaSite initial, string? anchor)
    {
        _usesDynamicScope |= anchor is not null;
        rules.Add(anchor is null ? new ReferenceKeyword(keyword, Node(initial)) : new DynamicReferenceKeyword(keyword, Node(initial), anchor));
    }

    private void AddCombinators(SchemaSite site, KeywordReader keywords, List<Keyword> rules)
    {
        if (keywords.List("allOf", allowEmpty: false) is { } all)
        {
            rules.Add(new AllOfKeyword(Children(site, "allOf", all.Length)));
        }

        if (keywords.List("anyOf", allowEmpty: false) is { } any)
        {
            rules.Add(new AnyOfKeyword(Children(site, "anyOf", any.Length)));
        }

        if (keywords.List("oneOf", allowEmpty: false) is { } one)
        {
            rules.Add(new OneOfKeyword(Children(site, "oneOf", one.Length)));
        }

        if (keywords.Has("not"))
        {
            rules.Add(new NotKeyword(Child(site, "not")));
        }

        if (keywords.Has("if"))
        {
            rules.Add(new ConditionKeyword(Child(site, "if"), OptionalChild(site, keywords, "then"), OptionalChild(site, keywords, "else")));
        }
    }
}
