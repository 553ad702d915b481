using LlmRouting.Core.Tests.Support;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using LlmRouting.Validation;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Validation;

public sealed class ValidatorPipelineTests
{
    private const string Schema = """{"type":"object","properties":{"n":{"type":"integer"},"m":{"anyOf":[{"type":"integer"}]}}}""";

    [Test]
    public async Task BrokenJson_IsRepairedByTheSameModel_WithTheViolations_S15([Values] bool streaming)
    {
        int calls = 0;
        FakeChatClient first = new((_, _, _) => Task.FromResult(FakeChatClient.Answer(calls++ == 0 ? """{"m":"x"}""" : """{"n":1}""")));
        using RoutingChatClient client = Build([new JsonSchemaValidator()], first, new FakeChatClient("unused"));

        ChatResponse response = await client.AskAsync(streaming, Format());

        Assert.That(response.Text, Is.EqualTo("""{"n":1}"""));
        Assert.That(first.Calls[1].Messages[^1].Text, Does.Contain("/m"));
    }

    [Test]
    public async Task BrokenJson_ThatStaysBroken_ClimbsToTheNextModel_R32([Values] bool streaming)
    {
        using RoutingChatClient client = Build([new JsonSchemaValidator()], new FakeChatClient("""{"m":"x"}"""), new FakeChatClient("""{"n":2}"""));

        ChatResponse response = await client.AskAsync(streaming, Format());

        Assert.That(response.Text, Is.EqualTo("""{"n":2}"""));
        Assert.That(response.GetRoutingOutcome()!.Attempts.Select(static attempt => attempt.Result), Is.EqualTo(new[]
        {
            AttemptResult.Rejected, AttemptResult.Rejected, AttemptResult.Succeeded,
        }));
    }

    [Test]
    public async Task StreamThatCannotBecomeGood_IsLeftBeforeItsEnd_S14_R32()
    {
        FakeChatClient first = FakeChatClient.Streaming(
            Pool.Text("{\"n\":\"x\","), new InvalidOperationException("Nobody may read this far."));
        using RoutingChatClient client = Build([new JsonSchemaValidator()], first, new FakeChatClient("""{"n":2}"""));

        ChatResponse response = await client.AskAsync(streaming: true, Format());

        Assert.That(response.Text, Is.EqualTo("""{"n":2}"""));
        Assert.That(response.GetRoutingOutcome()!.Attempts[0].Result, Is.EqualTo(AttemptResult.Rejected));
    }

    [Test]
    public async Task FencedJson_IsHandedOutClean([Values] bool streaming)
    {
        using RoutingChatClient client = Build([new JsonSchemaValidator()], new FakeChatClient("```json\n{\"n\":1}\n```"));

        Assert.That((await client.AskAsync(streaming, Format())).Text, Is.EqualTo("""{"n":1}"""));
    }

    [Test]
    public async Task Refusal_ClimbsToTheNextModel([Values] bool streaming)
    {
        using RoutingChatClient client = Build([new RefusalValidator()], new FakeChatClient("I'm sorry, but I can't help with that."), new FakeChatClient("Of course: 4."));

        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("Of course: 4."));
    }

    [Test]
    public async Task JudgeOutOfBudget_LetsTheAnswerThrough([Values] bool streaming)
    {
        JudgeValidator judge = new(new FakeChatClient("""{"accept":false}"""), new JudgeSettings { MaxCallsPerMinute = 1 });
        using RoutingChatClient client = Build([judge], new FakeChatClient("one"), new FakeChatClient("two"));

        Assert.That((await client.AskAsync(streaming)).Text, Is.EqualTo("two"));
        Assert.That(judge.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task Verbs_RegisterTheValidators_InOrder_Once()
    {
        ServiceCollection services = new();
        services.AddLlmRouting()
            .AddModel(Profile("only"), new FakeChatClient("""{"n":1}"""))
            .AddFinishReasonValidation()
            .AddJsonSchemaValidation()
            .AddJsonSchemaValidation(new JsonSchemaValidationSettings { Normalize = false })
            .AddToolCallValidation()
            .AddRefusalValidation()
            .AddLengthValidation(new LengthValidationSettings { MaxCharacters = 1000 })
            .AddLanguageValidation()
            .AddLogprobValidation()
            .AddRegexValidation(new RegexValidationSettings { MustNotMatch = "DRAFT" })
            .AddRegexValidation(new RegexValidationSettings { MustNotMatch = "lorem" }, "regex-2")
            .AddContentValidation(new ContentValidationSettings { Forbidden = ["lorem"] })
            .AddValidator("mine", static (_, _, _) => new(ValidationVerdict.Accept))
            .AddJudge(static _ => new FakeChatClient("""{"accept":true}"""));
        await using ServiceProvider provider = services.BuildServiceProvider();

        string[] names = [.. provider.GetServices<IResponseValidator>().Select(static validator => validator.Name)];
        ChatResponse response = await provider.GetRequiredService<IChatClient>().GetResponseAsync("hi", Format());

        Assert.That(names, Is.EqualTo(new[]
        {
            "finish-reason", "json-schema", "tool-calls", "refusal", "length", "language", "logprobs", "regex", "regex-2", "content", "mine", "judge",
        }));
        Assert.That(response.Text, Is.EqualTo("""{"n":1}"""));
    }

    [Test]
    public void AcceptAs_CarriesTheCleanText()
    {
        ValidationVerdict verdict = ValidationVerdict.AcceptAs("clean", "cleaned");

        Assert.That((verdict.Kind, verdict.Replacement, verdict.Reason, verdict.Instruction), Is.EqualTo((ValidationVerdictKind.Accept, "clean", "cleaned", (string?)null)));
        Assert.That(ValidationVerdict.Accept.Replacement, Is.Null);
        Assert.Throws<ArgumentNullException>(() => ValidationVerdict.AcceptAs(null!, "x"));
    }

    private static ModelProfile Profile(string id) => Make.Profile(id) with { Capabilities = ModelCapabilities.JsonSchema };

    private static ChatOptions Format() => new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(Answers.Json(Schema)) };

    private static RoutingChatClient Build(IResponseValidator[] validators, params IChatClient[] clients)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings { MaxAttempts = 5 }, clients);
        pipeline.Models = [.. clients.Select(static (client, index) => Make.Model(Profile($"m{index + 1}"), client))];
        pipeline.Validators = validators;
        return pipeline.Build();
    }
}
