using System.Globalization;
using System.Text;
using LlmRouting.JsonSchema;
using LlmRouting.JsonSchema.Fuzzing;
using LlmRouting.Validation;

namespace LlmRouting.Core.Tests.Validation;

public sealed class EarlyCheckTests
{
    private static readonly SchemaCompiler Compiler = new();

    [TestCase("""{"type":"object"}""", "[\"x\"]", 2)]
    [TestCase("""{"type":"object","properties":{"a":{"type":"integer"}}}""", """{"a":"x","b":1}""", 8)]
    [TestCase("""{"type":"object","properties":{"a":{"type":"integer"}}}""", """{"a":1.5,"b":1}""", 9)]
    [TestCase("""{"properties":{"a":{"type":"string"}}}""", """{"a":{"b":1}}""", 6)]
    [TestCase("""{"properties":{"a":{"type":"string"}}}""", """{"a":[1]}""", 6)]
    [TestCase("""{"properties":{"a":{"enum":["red","green"]}}}""", """{"a":"blue","b":1}""", 11)]
    [TestCase("""{"properties":{"a":{"const":true}}}""", """{"a":false,"b":1}""", 10)]
    [TestCase("""{"properties":{"a":{"maxLength":3}}}""", """{"a":"four","b":1}""", 11)]
    [TestCase("""{"properties":{"a":{"maxLength":1}}}""", """{"a":"this one is told before the text is over"}""", 19)]
    [TestCase("""{"properties":{"a":{"pattern":"^x"}}}""", """{"a":"yes","b":1}""", 10)]
    [TestCase("""{"properties":{"a":{"maximum":9}}}""", """{"a":10,"b":1}""", 8)]
    [TestCase("""{"properties":{"a":true},"additionalProperties":false}""", """{"b":1}""", 4)]
    [TestCase("""{"properties":{"a":true},"additionalProperties":false}""", "{\"\\u0062\":1}", 9)]
    [TestCase("""{"additionalProperties":{"type":"number"}}""", """{"b":"x"}""", 8)]
    [TestCase("""{"properties":{"a":false}}""", """{"a":1}""", 6)]
    [TestCase("""{"required":["a","b"]}""", """{"a":1,"c":2}""", 13)]
    [TestCase("""{"properties":{"l":{"items":{"type":"string"},"maxItems":2}}}""", """{"l":["x","y","z"]}""", 15)]
    [TestCase("""{"properties":{"l":{"items":{"type":"string"}}}}""", """{"l":["x",1]}""", 12)]
    [TestCase("""{"$defs":{"n":{"properties":{"v":{"type":"integer"},"next":{"$ref":"#/$defs/n"}}}},"$ref":"#/$defs/n"}""", """{"next":{"next":{"v":"x"}}}""", 24)]
    [TestCase("""{"properties":{"v":{"type":"integer"},"next":{"$ref":"#"}}}""", """{"next":{"v":null}}""", 17)]
    [TestCase("""{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"string"}],"items":{"type":"null"}}""", """[["x"]]""", 2)]
    public void EarlyCheck_StopsAsSoonAsNothingCanMendIt(string schema, string text, int taken)
    {
        (string? reason, int read) = Inspect(schema).Feed(text);

        Assert.That(reason, Is.Not.Null);
        Assert.That(read, Is.EqualTo(taken));
        Assert.That(Compiler.Compile(schema).IsValid(Encoding.UTF8.GetBytes(text)), Is.False);
    }

    [TestCase("{\"a\" 1}")]
    [TestCase("{\"a\":tru3}")]
    [TestCase("{\"a\":1..2,")]
    [TestCase("{\"a\":1}}")]
    [TestCase("```json\nHere you are")]
    [TestCase("Sure:\n```json\n{'a'")]
    [TestCase("{\"a\":\"\\q")]
    [TestCase("{\"a\":\"\\u12x")]
    [TestCase("{\"a\":1,,")]
    [TestCase("[{\"a\":1};")]
    public void BrokenSyntax_IsToldEarly(string text)
    {
        (string? reason, _) = new JsonStreamInspection(null, mayRepair: true).Feed(text);

        // A value that is whole is whole: what follows it is prose.
        Assert.That(reason, Is.EqualTo(text == "{\"a\":1}}" ? null : JsonStreamReader.NotJson));
    }

    [Test]
    public void ProseBeforeTheJson_IsNotWatched()
    {
        (string? reason, _) = Inspect("""{"type":"array"}""").Feed("Well, {\"a\":1} is what I would say.");

        Assert.That(reason, Is.Null);
    }

    [Test]
    public void RandomPairs_AreStoppedEarlyOnlyWhenTheWholeFails([Values(1, 2, 3, 4)] int seed)
    {
        SimpleSchemas random = new(seed);
        int stopped = 0;
        int valid = 0;
        for (int i = 0; i < 8_000; i++)
        {
            string schema = random.NextSchema();
            CompiledSchema compiled = Compiler.Compile(schema);
            string text = random.Wrap(random.NextInstance());
            bool isGood = JsonExtractor.Extract(text) is { Json: not null } found && compiled.IsValid(found.Utf8);
            (string? reason, _) = Inspect(schema).Feed(text);

            Assert.That(isGood && reason is not null, Is.False, $"{reason}\n{schema}\n{text}");
            stopped += reason is null ? 0 : 1;
            valid += isGood ? 1 : 0;
        }

        Assert.That(stopped, Is.GreaterThan(1_500));
        Assert.That(valid, Is.GreaterThan(500));
    }

    [Test]
    public void HostilePairs_AreStoppedEarlyOnlyWhenTheWholeFails([Values(11, 12)] int seed)
    {
        SchemaFuzzer fuzzer = new(seed);
        int stopped = 0;
        for (int i = 0; i < 4_000; i++)
        {
            string schema = fuzzer.NextSchema();
            CompiledSchema compiled;
            try
            {
                compiled = Compiler.Compile(schema);
            }
            catch (SchemaException)
            {
                continue;
            }

            StreamRule? rule = StreamRuleReader.Read(Compiler, Answers.Json(schema));
            for (int k = 0; k < 4; k++)
            {
                string text = fuzzer.NextInstance();
                bool isGood = JsonExtractor.Extract(text) is { Json: not null } found && compiled.IsValid(found.Utf8);
                (string? reason, _) = new JsonStreamInspection(rule, mayRepair: true).Feed(text);

                Assert.That(isGood && reason is not null, Is.False, $"{reason}\n{schema}\n{text}");
                stopped += reason is null ? 0 : 1;
            }
        }

        Assert.That(stopped, Is.GreaterThan(200));
    }

    private static JsonStreamInspection Inspect(string schema) => new(StreamRuleReader.Read(Compiler, Answers.Json(schema)), mayRepair: true);

    /// <summary>Makes schemas such as callers write, and instances that fit them about as often as not.</summary>
    private sealed class SimpleSchemas(int seed)
    {
        private static readonly string[] Names = ["a", "b", "c", "d"];
        private static readonly string[] Drafts =
        [
            "", "", "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",", "\"$schema\":\"http://json-schema.org/draft-07/schema#\",",
            "\"$schema\":\"http://json-schema.org/draft-04/schema#\",",
        ];

        private static readonly string[] Scalars = ["1", "2", "-3.5", "1e2", "\"x\"", "\"xyz\"", "\"\\u0078\"", "\"two\nlines\"", "true", "false", "null", "\"\ud83d\ude00\""];

        private readonly Random _random = new(seed);
        private readonly StringBuilder _text = new();
        private bool _isOld;

        public string NextSchema()
        {
            _text.Clear().Append('{').Append(Pick(Drafts));
            _isOld = _text.ToString().Contains("draft-04", StringComparison.Ordinal);
            _text.Append("\"definitions\":{\"x\":");
            Schema(2);
            _text.Append("},\"$defs\":{\"y\":");
            Schema(2);
            _text.Append("},\"type\":\"object\",");
            Object(3);
            return _text.Append('}').ToString();
        }

        public string NextInstance()
        {
            _text.Clear();
            Members(3);
            return _text.ToString();
        }

        public string Wrap(string json) => _random.Next(8) switch
        {
            0 => $"```json\n{json}\n```",
            1 => $"Here you are:\n\n```\n{json}\n```\nBye",
            2 => $"<think>{{\"a\":1}}</think>{json}",
            3 => $"Sure! {json}",
            4 => json[..^1] + ",}",
            5 => json + " and more",
            _ => json,
        };

        private void Schema(int depth)
        {
            if (_random.Next(12) == 0 && !_isOld)
            {
                _text.Append(_random.Next(4) == 0 ? "false" : "true");
                return;
            }

            _text.Append('{');
            switch (_random.Next(depth <= 0 ? 6 : 10))
            {
                case 0:
                    _text.Append("\"type\":[\"string\",\"null\",\"number\"]");
                    break;
                case 1:
                    _text.Append("\"type\":\"string\",\"maxLength\":").Append(_random.Next(1, 4));
                    break;
                case 2:
                    _text.Append("\"type\":\"number\",\"minimum\":").Append(_random.Next(-4, 3)).Append(_isOld ? ",\"exclusiveMinimum\":true" : "");
                    break;
                case 3:
                    _text.Append("\"enum\":[1,\"x\",null,true,{\"a\":1}]");
                    break;
                case 4:
                    _text.Append(Pick(["\"pattern\":\"^x\"", "\"const\":\"x\"", "\"type\":\"integer\"", "\"title\":\"t\"", "\"type\":\"boolean\""]));
                    break;
                case 5:
                    _text.Append("\"$ref\":\"").Append(Pick(["#/definitions/x", "#/$defs/y", "#"])).Append('"').Append(_random.Next(3) == 0 ? ",\"type\":\"string\"" : "");
                    break;
                case 6:
                    _text.Append(Pick(["\"anyOf\":[", "\"oneOf\":[", "\"allOf\":["]));
                    Schema(depth - 1);
                    _text.Append(",{}]");
                    break;
                case 7 or 8:
                    _text.Append(CultureInfo.InvariantCulture, $"\"type\":\"array\",\"maxItems\":{_random.Next(1, 4)},\"items\":");
                    Schema(depth - 1);
                    break;
                default:
                    Object(depth - 1);
                    break;
            }

            _text.Append('}');
        }

        private void Object(int depth)
        {
            _text.Append("\"properties\":{");
            for (int i = 0; i < 3; i++)
            {
                _text.Append(i > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"\"{Names[i]}\":");
                Schema(depth - 1);
            }

            _text.Append('}').Append(Pick(
            [
                "", "", ",\"additionalProperties\":false", ",\"required\":[\"a\"]", ",\"additionalProperties\":{\"type\":\"string\"}",
                ",\"patternProperties\":{\"d\":{}},\"additionalProperties\":false",
            ]));
        }

        private void Members(int depth)
        {
            _text.Append('{');
            for (int i = 0, count = _random.Next(4); i < count; i++)
            {
                _text.Append(i > 0 ? "," : "").Append(CultureInfo.InvariantCulture, $"\"{Pick(Names)}\":");
                Value(depth - 1);
            }

            _text.Append('}');
        }

        private void Value(int depth)
        {
            switch (depth <= 0 ? 0 : _random.Next(6))
            {
                case 4:
                    Members(depth);
                    break;
                case 5:
                    _text.Append('[');
                    for (int i = 0, count = _random.Next(4); i < count; i++)
                    {
                        _text.Append(i > 0 ? "," : "");
                        Value(depth - 1);
                    }

                    _text.Append(']');
                    break;
                default:
                    _text.Append(Pick(Scalars));
                    break;
            }
        }

        private string Pick(string[] choices) => choices[_random.Next(choices.Length)];
    }
}
