using System.Text;
using LlmRouting.JsonSchema;

namespace LlmRouting.Core.Tests.JsonSchema;

public sealed class SchemaDraftTests
{
    private const string Draft4 = "http://json-schema.org/draft-04/schema#";
    private const string Draft6 = "http://json-schema.org/draft-06/schema#";
    private const string Draft7 = "http://json-schema.org/draft-07/schema#";
    private const string Draft201909 = "https://json-schema.org/draft/2019-09/schema";
    private const string Draft202012 = "https://json-schema.org/draft/2020-12/schema";

    // Draft-04.
    [TestCase(Draft4, """ "minimum":3,"exclusiveMinimum":true """, "3", false)]
    [TestCase(Draft4, """ "minimum":3,"exclusiveMinimum":true """, "3.01", true)]
    [TestCase(Draft4, """ "minimum":3,"exclusiveMinimum":false """, "3", true)]
    [TestCase(Draft4, """ "exclusiveMinimum":true """, "-3", true)]
    [TestCase(Draft4, """ "type":"integer" """, "1.0", false)]
    [TestCase(Draft4, """ "type":"integer" """, "1", true)]
    [TestCase(Draft4, """ "const":1,"contains":{"type":"null"},"propertyNames":{"maxLength":0} """, """{"a":2}""", true)]
    [TestCase(Draft4, """ "id":"http://a/b","definitions":{"x":{"id":"c","type":"null"}},"allOf":[{"$ref":"http://a/c"}] """, "1", false)]
    [TestCase(Draft4, """ "definitions":{"x":{"id":"#here","type":"null"}},"allOf":[{"$ref":"#here"}] """, "1", false)]
    [TestCase(Draft4, """ "definitions":{"x":{"id":"#here","type":"null"}},"allOf":[{"$ref":"#here"}] """, "null", true)]
    [TestCase(Draft4, """ "items":[{"type":"integer"}],"additionalItems":false """, "[1,2]", false)]
    [TestCase(Draft4, """ "dependencies":{"a":["b"]} """, """{"a":1}""", false)]
    [TestCase(Draft4, """ "$ref":"#/definitions/x","maxItems":0,"definitions":{"x":{"type":"array"}} """, "[1]", true)]
    // Draft-06.
    [TestCase(Draft6, """ "exclusiveMinimum":3 """, "3", false)]
    [TestCase(Draft6, """ "type":"integer" """, "1.0", true)]
    [TestCase(Draft6, """ "contains":{"const":2} """, "[1,2]", true)]
    [TestCase(Draft6, """ "contains":{"const":2} """, "[1]", false)]
    [TestCase(Draft6, """ "propertyNames":{"maxLength":1} """, """{"ab":1}""", false)]
    [TestCase(Draft6, """ "propertyNames":false """, """{}""", true)]
    [TestCase(Draft6, """ "if":{"const":1},"then":false """, "1", true)]
    [TestCase(Draft6, """ "properties":{"$ref":{"type":"null"}} """, """{"$ref":1}""", false)]
    // Draft-07.
    [TestCase(Draft7, """ "if":{"const":1},"then":false """, "1", false)]
    [TestCase(Draft7, """ "if":{"const":1},"then":false,"else":{"type":"string"} """, "2", false)]
    [TestCase(Draft7, """ "$ref":"#/definitions/x","maxItems":0,"definitions":{"x":{"type":"array"}} """, "[1]", true)]
    [TestCase(Draft7, """ "$id":"http://a/b/","definitions":{"x":{"$id":"http://a/b/y","type":"string"},"z":{"$id":"y.json","type":"number"}},"allOf":[{"$id":"http://a/q/","$ref":"y.json"}] """, "\"s\"", false)]
    [TestCase(Draft7, """ "dependentRequired":{"a":["b"]},"unevaluatedProperties":false,"minContains":9 """, """{"a":1}""", true)]
    [TestCase(Draft7, """ "items":[true,{"type":"string"}],"additionalItems":{"type":"null"} """, "[1,\"a\",null,1]", false)]
    // Draft 2019-09.
    [TestCase(Draft201909, """ "$ref":"#/$defs/x","maxItems":0,"$defs":{"x":{"type":"array"}} """, "[1]", false)]
    [TestCase(Draft201909, """ "dependentRequired":{"a":["b"]} """, """{"a":1}""", false)]
    [TestCase(Draft201909, """ "contains":{"type":"string"},"minContains":2,"maxContains":2 """, """["a","b"]""", true)]
    [TestCase(Draft201909, """ "contains":{"type":"string"},"minContains":2,"maxContains":2 """, """["a","b","c"]""", false)]
    [TestCase(Draft201909, """ "prefixItems":[{"type":"null"}] """, "[1]", true)]
    [TestCase(Draft201909, """ "items":[{"type":"null"}],"unevaluatedItems":false """, "[null,1]", false)]
    [TestCase(Draft201909, """ "contains":{"type":"string"},"unevaluatedItems":false """, """["a"]""", false)]
    [TestCase(Draft201909, """ "$defs":{"x":{"$anchor":"here","type":"null"}},"allOf":[{"$ref":"#here"}] """, "1", false)]
    [TestCase(Draft201909, """ "allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false """, """{"a":1,"b":2}""", false)]
    // Draft 2020-12.
    [TestCase(Draft202012, """ "prefixItems":[{"type":"null"}],"items":false """, "[null,1]", false)]
    [TestCase(Draft202012, """ "contains":{"type":"string"},"unevaluatedItems":false """, """["a"]""", true)]
    [TestCase(Draft202012, """ "$recursiveRef":"#/nowhere" """, "1", true)]
    public void EachDraft_ReadsItsOwnKeywords(string draft, string keywords, string instance, bool expected)
    {
        CompiledSchema schema = new SchemaCompiler().Compile($$"""{"$schema":"{{draft}}",{{keywords}}}""");

        SchemaResult result = schema.Validate(Encoding.UTF8.GetBytes(instance));

        Assert.That(result.IsValid, Is.EqualTo(expected), string.Join('\n', result.Errors));
    }

    [Test]
    public void RecursiveRef_TakesTheOutermostRecursiveAnchor()
    {
        const string Text = """
            {
              "$schema": "https://json-schema.org/draft/2019-09/schema", "$id": "http://x/strict", "$recursiveAnchor": true,
              "$ref": "tree", "unevaluatedProperties": false,
              "$defs": { "tree": { "$id": "tree", "$recursiveAnchor": true, "type": "object", "properties": {
                "value": true, "children": { "type": "array", "items": { "$recursiveRef": "#" } } } } }
            }
            """;
        CompiledSchema schema = new SchemaCompiler().Compile(Text);

        Assert.Multiple(() =>
        {
            Assert.That(schema.IsValid("""{"children":[{"value":1}]}"""u8), Is.True);
            Assert.That(schema.IsValid("""{"children":[{"valeu":1}]}"""u8), Is.False);
        });
    }

    [Test]
    public void DefaultDialect_ReadsSchemasWithoutDollarSchema()
    {
        var options = new SchemaSettings { DefaultDialect = SchemaDialect.Draft4 };

        CompiledSchema schema = new SchemaCompiler(options).Compile("""{"minimum":1,"exclusiveMinimum":true}""");

        Assert.That(schema.IsValid("1"u8), Is.False);
    }

    [Test]
    public void References_CrossDrafts()
    {
        var registry = new SchemaRegistry();
        registry.Add(new Uri("http://x/four"), """{"$schema":"http://json-schema.org/draft-04/schema#","maximum":3,"exclusiveMaximum":true}"""u8.ToArray());

        CompiledSchema schema = new SchemaCompiler(new SchemaSettings { Registry = registry }).Compile("""{"$ref":"http://x/four","minimum":1}""");

        Assert.Multiple(() =>
        {
            Assert.That(schema.IsValid("3"u8), Is.False);
            Assert.That(schema.IsValid("2"u8), Is.True);
            Assert.That(schema.IsValid("0"u8), Is.False);
        });
    }

    [TestCase("http://json-schema.org/draft-04/schema#")]
    [TestCase("http://json-schema.org/draft-06/schema#")]
    [TestCase("http://json-schema.org/draft-07/schema#")]
    [TestCase("https://json-schema.org/draft/2019-09/schema")]
    [TestCase("https://json-schema.org/draft/2020-12/schema")]
    public void Metaschemas_AreBuiltInAndFitThemselves(string uri)
    {
        CompiledSchema metaschema = new SchemaCompiler().Compile($$"""{"$schema":"{{uri}}","$ref":"{{uri}}"}""");

        string text = BuiltInMetaschemas.Find(uri.TrimEnd('#')) ?? "";
        Assert.Multiple(() =>
        {
            Assert.That(metaschema.IsValid(Encoding.UTF8.GetBytes(text)), Is.True);
            Assert.That(metaschema.IsValid("""{"minLength":-1}"""u8), Is.False);
            Assert.That(metaschema.IsValid("""{"properties":{"a":{"type":"text"}}}"""u8), Is.False);
        });
    }

    [Test]
    public void Vocabulary_ThatIsRequiredAndUnknown_IsRefused()
    {
        var registry = new SchemaRegistry();
        registry.Add(new Uri("http://x/meta"), """{"$schema":"https://json-schema.org/draft/2020-12/schema","$vocabulary":{"http://x/vocab":true}}"""u8.ToArray());
        var compiler = new SchemaCompiler(new SchemaSettings { Registry = registry });

        Assert.That(() => compiler.Compile("""{"$schema":"http://x/meta"}"""), Throws.TypeOf<SchemaException>().With.Message.Contains("http://x/vocab"));
    }
}
