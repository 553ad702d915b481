using System.Text.Json;
using LlmRouting.Conversations;
using LlmRouting.Core.Tests.Support;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Conversations;

public sealed class ToolAffinityStrategyTests
{
    [Test]
    public async Task R25_ToolResults_GoBackToTheModelThatAskedForThem()
    {
        StrategyVerdict verdict = await Evaluate(Loop("large"));

        Assert.That(
            (verdict.Kind, verdict.Target, verdict.Confidence, verdict.Reason),
            Is.EqualTo((StrategyVerdictKind.PreferModel, "large", 1.0, "asked for the tools whose results these are")));
    }

    [Test]
    public async Task R25_Owner_SurvivesStorageAsJson()
    {
        ChatMessage[] stored = JsonSerializer.Deserialize<ChatMessage[]>(
            JsonSerializer.Serialize(Loop("large"), AIJsonUtilities.DefaultOptions), AIJsonUtilities.DefaultOptions) ?? [];

        StrategyVerdict verdict = await Evaluate(stored);

        Assert.That(verdict.Target, Is.EqualTo("large"));
    }

    [Test]
    public async Task R25_LastToolCall_CountsWhenModelsHaveTakenTurns()
    {
        StrategyVerdict verdict = await Evaluate([.. Loop("small"), .. Loop("large")]);

        Assert.That(verdict.Target, Is.EqualTo("large"));
    }

    [Test]
    public async Task R25_RequestThatCarriesOnNoToolLoop_IsFree()
    {
        StrategyVerdict verdict = await Evaluate(Loop("large"), isToolContinuation: false);

        Assert.That((verdict.Kind, verdict.Reason), Is.EqualTo((StrategyVerdictKind.Abstain, "the request carries on no tool loop")));
    }

    [Test]
    public async Task R25_ToolCallOfAnUnknownModel_IsFree()
    {
        StrategyVerdict verdict = await Evaluate(Loop(owner: null));

        Assert.That((verdict.Kind, verdict.Reason), Is.EqualTo((StrategyVerdictKind.Abstain, "the tool calls do not say which model made them")));
    }

    [Test]
    public async Task R25_OwnerThatIsNoCandidateAnyMore_IsFree()
    {
        StrategyVerdict verdict = await Evaluate(Loop("gone"));

        Assert.That((verdict.Kind, verdict.Reason), Is.EqualTo((StrategyVerdictKind.Abstain, "the model that asked for the tools is no candidate")));
    }

    [Test]
    public void Mark_KeepsWhatTheCallCarriedAndSharesNothing()
    {
        AdditionalPropertiesDictionary own = new() { ["mine"] = 1 };
        FunctionCallContent call = new("c1", "look_up") { AdditionalProperties = own };

        ToolCallOwner.Mark(call, "large");

        Assert.That(call.AdditionalProperties, Contains.Key("mine"));
        Assert.That(own, Has.Count.EqualTo(1), "the dictionary may be in use elsewhere");
    }

    private static ChatMessage[] Loop(string? owner)
    {
        FunctionCallContent call = new("c1", "look_up");
        if (owner is not null)
        {
            ToolCallOwner.Mark(call, owner);
        }

        return
        [
            new(ChatRole.User, "what is in stock?"),
            new(ChatRole.Assistant, [new TextContent("let me see"), call]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "42")]),
        ];
    }

    private static ValueTask<StrategyVerdict> Evaluate(ChatMessage[] messages, bool isToolContinuation = true) =>
        new ToolAffinityStrategy().EvaluateAsync(
            new RoutingRequest(messages, features: new RequestFeatures { IsToolContinuation = isToolContinuation }),
            Make.Candidates(Make.Ladder()),
            CancellationToken.None);
}
