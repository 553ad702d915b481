using LlmRouting.Core.Tests.Support;
using LlmRouting.JsonSchema;
using LlmRouting.Validation;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Validation;

public sealed class JsonSchemaValidatorTests
{
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string"},"size":{"type":"integer","minimum":1}},"required":["city"],"additionalProperties":false}""";

    [TestCase("""{"city":"Bern"}""", ValidationVerdictKind.Accept, null)]
    [TestCase("""{"city":"Bern","size":2}""", ValidationVerdictKind.Accept, null)]
    [TestCase("```json\n{\"city\":\"Bern\"}\n```", ValidationVerdictKind.Accept, """{"city":"Bern"}""")]
    [TestCase("Sure: {\"city\":\"Bern\",}", ValidationVerdictKind.Accept, """{"city":"Bern"}""")]
    [TestCase("""{"city":5}""", ValidationVerdictKind.Repair, null)]
    [TestCase("""{"size":5}""", ValidationVerdictKind.Repair, null)]
    [TestCase("""{"city":"Bern","size":0}""", ValidationVerdictKind.Repair, null)]
    [TestCase("""{"city":"Bern","land":"CH"}""", ValidationVerdictKind.Repair, null)]
    [TestCase("""["Bern"]""", ValidationVerdictKind.Repair, null)]
    [TestCase("""{"city":"Bern" """, ValidationVerdictKind.Repair, null)]
    [TestCase("Bern", ValidationVerdictKind.Repair, null)]
    [TestCase("", ValidationVerdictKind.Repair, null)]
    [TestCase("{'city':'Bern'}", ValidationVerdictKind.Repair, null)]
    public void Validate_HoldsTheAnswerToTheRequestsSchema_S15(string text, ValidationVerdictKind kind, string? replacement)
    {
        ValidationVerdict verdict = new JsonSchemaValidator().Judge(Answers.WithSchema(Schema), Answers.Text(text));

        Assert.That((verdict.Kind, verdict.Replacement), Is.EqualTo((kind, replacement)));
    }

    [Test]
    public void Instruction_ListsTheViolations_AndTheReasonHoldsNothingOfTheAnswer()
    {
        ValidationVerdict verdict = new JsonSchemaValidator().Judge(Answers.WithSchema(Schema), Answers.Text("""{"city":5,"secret":true}"""));

        Assert.That(verdict.Instruction, Does.Contain("/city").And.Contain("secret"));
        Assert.That(verdict.Reason, Is.EqualTo("the answer breaks the JSON schema"));
    }

    [Test]
    public void Instruction_ListsNoMoreThanItMay()
    {
        JsonSchemaValidator validator = new(new JsonSchemaValidationSettings { MaxErrorsInInstruction = 2 });

        ValidationVerdict verdict = validator.Judge(
            Answers.WithSchema("""{"items":{"type":"string"}}"""), Answers.Text("[1,2,3,4,5]"));

        Assert.That(verdict.Instruction!.Split('\n').Count(static line => line.StartsWith("- /", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(verdict.Instruction, Does.Contain("- and more"));
    }

    [Test]
    public void Validate_WithoutASchema_AsksForJsonOnly()
    {
        JsonSchemaValidator validator = new();
        RoutingRequest json = Answers.Request(new ChatOptions { ResponseFormat = ChatResponseFormat.Json });

        Assert.That(validator.Verdict("[1]", json), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(validator.Verdict("no", json), Is.EqualTo(ValidationVerdictKind.Repair));
        Assert.That(validator.Verdict("no"), Is.EqualTo(ValidationVerdictKind.Accept));
        Assert.That(validator.Inspect(Answers.Request()), Is.Null);
    }

    [Test]
    public void CutOffAnswer_IsRejected_NotRepaired()
    {
        ValidationVerdict verdict = new JsonSchemaValidator().Judge(Answers.WithSchema(Schema), Answers.Text("{\"city\":\"Be", ChatFinishReason.Length));

        Assert.That((verdict.Kind, verdict.Reason), Is.EqualTo((ValidationVerdictKind.Reject, "cut off by the token limit")));
    }

    [Test]
    public void ToolCall_NeedNotBeJson([Values("", "Let me look that up.")] string preamble)
    {
        ChatResponse response = Answers.Contents(new TextContent(preamble), new FunctionCallContent("1", "look"));

        Assert.That(new JsonSchemaValidator().Judge(Answers.WithSchema(Schema), response).Kind, Is.EqualTo(ValidationVerdictKind.Accept));
    }

    [Test]
    public void InvalidSchema_IsLoggedOnce_AndAsksForJsonOnly()
    {
        RecordingLoggerFactory loggers = new();
        JsonSchemaValidator validator = new(logger: loggers.CreateLogger<JsonSchemaValidator>());

        for (int i = 0; i < 3; i++)
        {
            RoutingRequest request = Answers.WithSchema("""{"type":"nonsense"}""");
            ValidationVerdict verdict = validator.Judge(request, Answers.Text("{}"));
            Assert.That((verdict.Kind, verdict.Reason), Is.EqualTo((ValidationVerdictKind.Accept, "the schema itself is invalid")));
            Assert.That(validator.Verdict("no JSON", request), Is.EqualTo(ValidationVerdictKind.Repair));
        }

        Assert.That(loggers.Entries, Has.Count.EqualTo(1));
    }

    [Test]
    public void FixedSchema_HoldsForEveryRequest()
    {
        JsonSchemaValidator validator = new(Answers.Json(Schema));

        Assert.That(validator.Verdict("{}"), Is.EqualTo(ValidationVerdictKind.Repair));
        Assert.That(validator.Inspect(Answers.Request()), Is.Not.Null);
        Assert.Throws<SchemaException>(() => _ = new JsonSchemaValidator(Answers.Json("""{"type":3}""")));
    }

    [Test]
    public void Settings_DecideOnNormalisationAndRepair()
    {
        const string Fenced = "```json\n{\"city\":\"Bern\"}\n```";
        RoutingRequest request = Answers.WithSchema(Schema);
        JsonSchemaValidator raw = new(new JsonSchemaValidationSettings { Normalize = false });
        JsonSchemaValidator strict = new(new JsonSchemaValidationSettings { AllowRepairedSyntax = false });

        Assert.That(raw.Judge(request, Answers.Text(Fenced)).Replacement, Is.Null);
        Assert.That(raw.Verdict("{\"city\":\"Bern\",}", request), Is.EqualTo(ValidationVerdictKind.Repair));
        Assert.That(strict.Verdict("{\"city\":\"Bern\",}", request), Is.EqualTo(ValidationVerdictKind.Repair));
        Assert.That(strict.Judge(request, Answers.Text(Fenced)).Replacement, Is.EqualTo("{\"city\":\"Bern\"}"));
    }

    [Test]
    public void Settings_AreChecked([Values(0, 101)] int errors) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _ = new JsonSchemaValidator(new JsonSchemaValidationSettings { MaxErrorsInInstruction = errors }));

    [Test]
    public void Validate_TakesHostileAnswersInItsStride()
    {
        JsonSchemaValidator validator = new();
        RoutingRequest request = Answers.WithSchema("""{"type":"object","properties":{"a":{"type":"string","pattern":"^(a+)+$"}}}""");
        (string Text, ValidationVerdictKind Kind)[] hostile =
        [
            ("{\"a\":\"" + new string('a', 1_000_000) + "\"}", ValidationVerdictKind.Accept),
            ("{\"a\":\"" + new string('a', 100_000) + "!\"}", ValidationVerdictKind.Repair),
            ("{\"a\":" + new string('[', 100_000), ValidationVerdictKind.Repair),
            ("{\"a\":\"\ud800\"}", ValidationVerdictKind.Repair),
            ("{\"a\":" + new string('9', 1_000_000) + "}", ValidationVerdictKind.Repair),
        ];

        foreach ((string text, ValidationVerdictKind kind) in hostile)
        {
            Assert.That(validator.Verdict(text, request), Is.EqualTo(kind));
            Assert.That(validator.Inspect(request)!.Feed(text, 64).Reason is not null && kind == ValidationVerdictKind.Accept, Is.False);
        }
    }

    [Test]
    public void Cache_StaysBounded_AndIsSafeForManyThreads()
    {
        JsonSchemaValidator validator = new();

        Parallel.For(0, SchemaCache.Capacity * 4, i =>
        {
            RoutingRequest request = Answers.WithSchema("{\"const\":" + (i % 600) + "}");
            Assert.That(validator.Verdict($"{i % 600}", request), Is.EqualTo(ValidationVerdictKind.Accept));
            Assert.That(validator.Verdict("-1", request), Is.EqualTo(ValidationVerdictKind.Repair));
        });
    }

    [Test]
    public void Stream_OfSeveralMessages_IsLeftToTheWholeValidation()
    {
        IStreamInspection inspection = new JsonSchemaValidator().Inspect(Answers.WithSchema(Schema))!;

        Assert.That(inspection.Add(new ChatResponseUpdate(ChatRole.Assistant, "{\"city\":") { MessageId = "1" }), Is.Null);
        Assert.That(inspection.Add(new ChatResponseUpdate(ChatRole.Assistant, "5}") { MessageId = "2" }), Is.Null);
    }

    [Test]
    public void NullArguments_AreRefused()
    {
        JsonSchemaValidator validator = new();

        Assert.Throws<ArgumentNullException>(() => validator.ValidateAsync(null!, Answers.Text(""), default).AsTask().GetAwaiter().GetResult());
        Assert.Throws<ArgumentNullException>(() => validator.Inspect(null!));
    }
}
