using System.Buffers;
using System.Text;
using System.Text.Json;
using LlmRouting.JsonSchema;

namespace LlmRouting.Core.Tests.JsonSchema;

public sealed class CompiledSchemaTests
{
    private const string Person = """
        {
          "$id": "http://example.org/person", "type": "object", "required": ["name"], "additionalProperties": false,
          "properties": { "name": { "$ref": "#/$defs/text" }, "tags": { "type": "array", "items": { "maxLength": 2 } } },
          "$defs": { "text": { "type": "string", "minLength": 1 } }
        }
        """;

    [Test]
    public void Validate_SaysWhereAndWhy()
    {
        CompiledSchema schema = new SchemaCompiler().Compile(Person);

        SchemaResult result = schema.Validate("""{"name":"","tags":["ab","abc"],"a/b":1}"""u8);

        Assert.That(result.Errors, Is.EqualTo(new[]
        {
            new SchemaError("/name", "/properties/name/$ref/minLength", "http://example.org/person#/$defs/text/minLength", "must have at least 1 characters."),
            new SchemaError("/tags/1", "/properties/tags/items/maxLength", "http://example.org/person#/properties/tags/items/maxLength", "must have at most 2 characters."),
            new SchemaError("/a~1b", "/additionalProperties", "http://example.org/person#/additionalProperties", "no value is allowed here."),
        }));
    }

    [Test]
    public void Validate_NamesMissingPropertiesAndTypes()
    {
        CompiledSchema schema = new SchemaCompiler().Compile(Person);

        Assert.Multiple(() =>
        {
            Assert.That(schema.Validate("{}"u8).Errors.Single().Message, Is.EqualTo("the property 'name' is missing."));
            Assert.That(schema.Validate("[]"u8).Errors.Single().Message, Is.EqualTo("must be an object, but is an array."));
        });
    }

    [Test]
    public void Output_FollowsTheSpecification()
    {
        CompiledSchema schema = new SchemaCompiler(new SchemaSettings { CollectAnnotations = true }).Compile("""{"title":"T","properties":{"a":{"type":"null","default":1}}}""");

        Assert.Multiple(() =>
        {
            Assert.That(Write(schema.Validate("{}"u8).WriteFlag), Is.EqualTo("""{"valid":true}"""));
            Assert.That(
                Write(schema.Validate("""{"a":null}"""u8).WriteList),
                Is.EqualTo("""{"valid":true,"annotations":[{"keywordLocation":"/properties/a/default","absoluteKeywordLocation":"#/properties/a/default","instanceLocation":"/a","annotation":1},{"keywordLocation":"/title","absoluteKeywordLocation":"#/title","instanceLocation":"","annotation":"T"}]}"""));
            Assert.That(
                Write(schema.Validate("""{"a":1}"""u8).WriteList),
                Is.EqualTo("""{"valid":false,"errors":[{"keywordLocation":"/properties/a/type","absoluteKeywordLocation":"#/properties/a/type","instanceLocation":"/a","error":"must be null, but is a number."}]}"""));
        });
    }

    [TestCase("{")]
    [TestCase("{} {}")]
    [TestCase("")]
    [TestCase("nul")]
    public void Validate_TellsMalformedTextApart(string text)
    {
        SchemaResult result = new SchemaCompiler().Compile("true").Validate(Encoding.UTF8.GetBytes(text));

        Assert.Multiple(() =>
        {
            Assert.That(result.IsMalformed, Is.True);
            Assert.That(result.Errors, Has.Length.EqualTo(1));
        });
    }

    [Test]
    public void Validate_RefusesBytesThatAreNotUtf8() =>
        Assert.That(new SchemaCompiler().Compile("true").Validate([(byte)'"', 0xFF, (byte)'"']).IsMalformed, Is.True);

    [Test]
    public void Validate_TakesSegmentedText()
    {
        byte[] text = """{"name":"abc"}"""u8.ToArray();
        var first = new Segment(text.AsMemory(0, 5), 0);
        Segment last = first.Append(text.AsMemory(5));

        bool valid = new SchemaCompiler().Compile(Person).IsValid(new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length));

        Assert.That(valid, Is.True);
    }

    [Test]
    public void IsValid_AllocatesNothingForAnElement()
    {
        CompiledSchema schema = new SchemaCompiler().Compile("""
            {"type":"object","required":["a"],"properties":{"a":{"enum":["x","y"]},"b":{"type":"number","minimum":0.5,"multipleOf":0.25},
             "c":{"type":"array","uniqueItems":true,"items":{"pattern":"^\\w+$"}},"d":{"anyOf":[{"type":"null"},{"$ref":"#"}]}},"unevaluatedProperties":false}
            """);
        using JsonDocument document = JsonDocument.Parse("""{"a":"y","b":1.25,"c":["p","q"],"d":{"a":"x"}}""");
        Assert.That(schema.IsValid(document.RootElement), Is.True);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            schema.IsValid(document.RootElement);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void IsValid_MatchesEscapedNames()
    {
        CompiledSchema schema = new SchemaCompiler().Compile("""{"properties":{"a\\nb":false,"cd":false},"additionalProperties":true}""");

        Assert.Multiple(() =>
        {
            Assert.That(schema.IsValid("""{"a\nb":1}"""u8), Is.True);
            Assert.That(schema.IsValid("""{"a\\nb":1}"""u8), Is.False);
            Assert.That(schema.IsValid("""{"\u0063d":1}"""u8), Is.False);
        });
    }

    [Test]
    public void Required_WorksBeyondSixtyFourNames()
    {
        string names = string.Join(',', Enumerable.Range(0, 130).Select(i => $"\"p{i}\""));
        CompiledSchema schema = new SchemaCompiler().Compile($$"""{"required":[{{names}}]}""");
        string Instance(int count) => "{" + string.Join(',', Enumerable.Range(0, count).Select(i => $"\"p{i}\":1")) + "}";

        Assert.Multiple(() =>
        {
            Assert.That(schema.IsValid(Encoding.UTF8.GetBytes(Instance(130))), Is.True);
            Assert.That(schema.IsValid(Encoding.UTF8.GetBytes(Instance(129))), Is.False);
            Assert.That(schema.Validate(Encoding.UTF8.GetBytes(Instance(128))).Errors, Has.Length.EqualTo(2));
        });
    }

    [Test]
    public void Compiled_IsSafeForConcurrentUse()
    {
        CompiledSchema schema = new SchemaCompiler().Compile(Person);
        byte[] good = """{"name":"abc","tags":["a"]}"""u8.ToArray();
        byte[] bad = """{"name":"abc","tags":["abc"]}"""u8.ToArray();
        int wrong = 0;

        Parallel.For(0, 2000, i =>
        {
            if (schema.IsValid(i % 2 == 0 ? good : bad) != (i % 2 == 0) || schema.Validate(bad).Errors.Length != 1)
            {
                Interlocked.Increment(ref wrong);
            }
        });

        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Content_IsAssertedOnlyWhenAsked()
    {
        const string Schema = """{"contentEncoding":"base64","contentMediaType":"application/json","contentSchema":{"required":["a"]}}""";
        CompiledSchema asserting = new SchemaCompiler(new SchemaSettings { AssertContent = true }).Compile(Schema);

        Assert.Multiple(() =>
        {
            Assert.That(new SchemaCompiler().Compile(Schema).IsValid("\"%\""u8), Is.True);
            Assert.That(asserting.IsValid("\"%\""u8), Is.False);
            Assert.That(asserting.IsValid("\"e30=\""u8), Is.False);
            Assert.That(asserting.IsValid("\"eyJhIjoxfQ==\""u8), Is.True);
        });
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        internal Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
