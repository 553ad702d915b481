using System.Text;
using System.Text.Json;
using LlmRouting.JsonSchema;
using LlmRouting.JsonSchema.Fuzzing;

namespace LlmRouting.Core.Tests.JsonSchema;

public sealed class SchemaBoundsTests
{
    [TestCase("""{"$ref":"#"}""")]
    [TestCase("""{"allOf":[{"$ref":"#"}]}""")]
    [TestCase("""{"not":{"$ref":"#"}}""")]
    [TestCase("""{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}},"$ref":"#/$defs/a"}""")]
    [TestCase("""{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}""")]
    [TestCase("""{"$dynamicAnchor":"x","$dynamicRef":"#x"}""")]
    public void ReferenceLoops_EndInAnError(string schema)
    {
        SchemaResult result = new SchemaCompiler().Compile(schema).Validate("1"u8);

        Assert.That(result.Errors.Single().Message, Does.Contain("refers to itself"));
    }

    [Test]
    public void ExponentialSchemas_EndInAnError()
    {
        string definitions = string.Join(',', Enumerable.Range(0, 40).Select(i => $$"""  "d{{i}}":{"allOf":[{"$ref":"#/$defs/d{{i + 1}}"},{"$ref":"#/$defs/d{{i + 1}}"}]} """));
        CompiledSchema schema = new SchemaCompiler(new SchemaSettings { MaxEvaluations = 100_000 }).Compile($$"""{"$ref":"#/$defs/d0","$defs":{ {{definitions}},"d40":{"minimum":0} } }""");

        Assert.That(schema.Validate("1"u8).Errors.Single().Message, Does.Contain("MaxEvaluations"));
    }

    [Test]
    public void LongReferenceChains_CostNoStack()
    {
        string definitions = string.Join(',', Enumerable.Range(0, 20_000).Select(i => $$""" "d{{i}}":{"properties":{"a":{"$ref":"#/$defs/d{{i + 1}}"} } } """));

        CompiledSchema schema = new SchemaCompiler().Compile($$"""{"$ref":"#/$defs/d0","$defs":{ {{definitions}},"d20000":false} }""");

        Assert.That(schema.IsValid("""{"a":{"a":1}}"""u8), Is.True);
    }

    [Test]
    public void DeepInstances_AreRefused()
    {
        CompiledSchema schema = new SchemaCompiler().Compile("""{"items":{"$ref":"#"}}""");
        byte[] Nested(int depth) => Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));

        Assert.Multiple(() =>
        {
            Assert.That(schema.IsValid(Nested(128)), Is.True);
            Assert.That(schema.Validate(Nested(129)).IsMalformed, Is.True);
            Assert.That(schema.IsValid(Nested(1_000_000)), Is.False);
        });
    }

    [TestCase("""{"items":{"$ref":"#"}}""")]
    [TestCase("""{"uniqueItems":true}""")]
    [TestCase("""{"enum":[0,1,2,3,4,5,6,7,8,[9]]}""")]
    [TestCase("""{"items":{"uniqueItems":true,"contains":{"$ref":"#"}}}""")]
    public void DeepElements_EndInAVerdict(string schema)
    {
        string nested = new string('[', 20_000) + new string(']', 20_000);
        using JsonDocument document = JsonDocument.Parse($"[{nested},{nested}]", new JsonDocumentOptions { MaxDepth = 30_000 });

        SchemaResult result = new SchemaCompiler().Compile(schema).Validate(document.RootElement);

        Assert.That(result.IsValid, Is.False);
    }

    [Test]
    public void LongNamesAboveManySubschemas_AreRefused()
    {
        string many = string.Join(',', Enumerable.Range(0, 1000).Select(i => $"\"p{i}\":true"));
        string text = $$"""{"$defs":{"{{new string('n', 100_000)}}":{"properties":{ {{many}} } } } }""";

        Assert.That(() => new SchemaCompiler().Compile(text), Throws.TypeOf<SchemaException>().With.Message.Contains("too long"));
    }

    [Test]
    public void DeepSchemas_AreRefused()
    {
        string text = string.Concat(Enumerable.Repeat("""{"not":""", 300)) + "true" + new string('}', 300);

        Assert.That(() => new SchemaCompiler().Compile(text), Throws.TypeOf<SchemaException>().With.Message.Contains("MaxSchemaDepth"));
    }

    [Test]
    public void BacktrackingPatterns_RunOutOfTime()
    {
        CompiledSchema schema = new SchemaCompiler(new SchemaSettings { RegexTimeout = TimeSpan.FromMilliseconds(20) }).Compile("""{"pattern":"^(?=a)(a|aa)+$"}""");

        SchemaResult result = schema.Validate(Encoding.UTF8.GetBytes($"\"{new string('a', 60)}!\""));

        Assert.That(result.Errors.Single().Message, Does.Contain("RegexTimeout"));
    }

    [Test]
    public void AmbiguousPatternsWithoutLookaround_RunInLinearTime()
    {
        CompiledSchema schema = new SchemaCompiler().Compile("""{"pattern":"^(a|aa)+$"}""");

        Assert.That(schema.Validate(Encoding.UTF8.GetBytes($"\"{new string('a', 100_000)}!\"")).Errors.Single().Message, Does.StartWith("must match"));
    }

    [Test]
    public void HugeTexts_AreNotMatchedAgainstPatterns()
    {
        CompiledSchema schema = new SchemaCompiler(new SchemaSettings { MaxPatternInputBytes = 1000 }).Compile("""{"pattern":"a"}""");

        Assert.That(schema.Validate(Encoding.UTF8.GetBytes($"\"{new string('a', 1001)}\"")).Errors.Single().Message, Does.Contain("MaxPatternInputBytes"));
    }

    [TestCase("""{"minimum":0}""", "1e1000000000", true)]
    [TestCase("""{"maximum":1e999999999}""", "1e1000000000", false)]
    [TestCase("""{"multipleOf":0.0001}""", "1e1000000000", true)]
    [TestCase("""{"multipleOf":0.0001}""", "0.00075", false)]
    [TestCase("""{"multipleOf":7}""", "1e1000000000", false)]
    [TestCase("""{"multipleOf":0.3}""", "0.9", true)]
    [TestCase("""{"multipleOf":1e-400}""", "3e-399", true)]
    [TestCase("""{"multipleOf":123456789012345678901234567890}""", "246913578024691357802469135780", true)]
    [TestCase("""{"type":"integer"}""", "1e1000000000", true)]
    [TestCase("""{"type":"integer"}""", "1e-1000000000", false)]
    [TestCase("""{"const":100}""", "1.00e2", true)]
    [TestCase("""{"const":0}""", "-0.0e5", true)]
    [TestCase("""{"exclusiveMaximum":0.1}""", "0.09999999999999999999999", true)]
    [TestCase("""{"minimum":-1.5}""", "-1.51", false)]
    [TestCase("""{"minimum":-1.5}""", "-1", true)]
    [TestCase("""{"maxLength":2}""", "\"\\ud83d\\ude00\\ud83d\\ude00\"", true)]
    [TestCase("""{"minLength":2}""", "\"\\ud83d\\ude00\"", false)]
    [TestCase("""{"minLength":1,"maxLength":1,"pattern":"^.$"}""", "\"\\ud800\"", true)]
    public void Values_AreComparedExactly(string schema, string instance, bool expected) =>
        Assert.That(new SchemaCompiler().Compile(schema).IsValid(Encoding.UTF8.GetBytes(instance)), Is.EqualTo(expected));

    [Test]
    public void LargeEnumsAndArrays_AreHashed()
    {
        string numbers = string.Join(',', Enumerable.Range(0, 50_000));
        CompiledSchema schema = new SchemaCompiler().Compile($$"""{"uniqueItems":true,"items":{"enum":[{{numbers}}]} }""");

        Assert.Multiple(() =>
        {
            Assert.That(schema.IsValid(Encoding.UTF8.GetBytes($"[{numbers}]")), Is.True);
            Assert.That(schema.IsValid(Encoding.UTF8.GetBytes($"[{numbers},7.0]")), Is.False);
            Assert.That(schema.IsValid(Encoding.UTF8.GetBytes($"[{numbers},50000]")), Is.False);
        });
    }

    [Test]
    public void Errors_AreTruncated()
    {
        CompiledSchema schema = new SchemaCompiler(new SchemaSettings { MaxErrors = 3 }).Compile("""{"items":{"type":"null"}}""");

        SchemaResult result = schema.Validate("[1,2,3,4]"u8);

        Assert.Multiple(() =>
        {
            Assert.That(result.Errors, Has.Length.EqualTo(3));
            Assert.That(result.IsTruncated, Is.True);
        });
    }

    [TestCase("""{"type":"text"}""", "#/type", "'text' is no type")]
    [TestCase("""{"$ref":"#/nowhere"}""", "#/$ref", "leads to nothing")]
    [TestCase("""{"properties":{"a/b":{"$ref":"http://x/y"}}}""", "#/properties/a~1b/$ref", "Registry")]
    [TestCase("""{"pattern":"(a"}""", "#/pattern", "not closed")]
    [TestCase("""{"minLength":-1}""", "#/minLength", "whole number")]
    [TestCase("""{"multipleOf":0}""", "#/multipleOf", "more than 0")]
    [TestCase("""{"items":[true]}""", "#/items", "prefixItems")]
    [TestCase("""{"required":true}""", "#/required", "draft-03")]
    [TestCase("""{"$schema":"http://x/meta"}""", "#/$schema", "Registry")]
    [TestCase("""{"allOf":[]}""", "#/allOf", "at least one")]
    [TestCase("""{"not":1}""", "#/not", "object or a boolean")]
    [TestCase("""{"title":"\ud800","properties":{"\ud800":true}}""", "#", "surrogate")]
    [TestCase("{", "#", "well-formed")]
    public void BadSchemas_AreNamedWithTheirPlace(string schema, string location, string message)
    {
        SchemaException? problem = Assert.Throws<SchemaException>(() => new SchemaCompiler().Compile(schema));

        Assert.Multiple(() =>
        {
            Assert.That(problem?.Location, Is.EqualTo(location));
            Assert.That(problem?.Message, Does.Contain(message));
        });
    }

    [Test]
    public void RandomPairs_NeverCrashAndAlwaysAgree()
    {
        var fuzzer = new SchemaFuzzer(seed: 20261122);
        var compiler = new SchemaCompiler(new SchemaSettings { AssertFormat = true, MaxEvaluations = 100_000, RegexTimeout = TimeSpan.FromMilliseconds(100) });
        List<string> disagreements = [];

        for (int i = 0; i < 5_000; i++)
        {
            string text = fuzzer.NextSchema();
            CompiledSchema? schema = null;
            try
            {
                schema = compiler.Compile(text);
            }
            catch (SchemaException)
            {
                // A refused schema is as good an answer as a compiled one.
            }

            for (int j = 0; j < 4; j++)
            {
                byte[] instance = Encoding.UTF8.GetBytes(fuzzer.NextInstance());
                if (schema is not null && schema.IsValid(instance) != schema.Validate(instance).IsValid)
                {
                    disagreements.Add($"{text} {Encoding.UTF8.GetString(instance)}");
                }
            }
        }

        Assert.That(disagreements, Is.Empty);
    }
}
