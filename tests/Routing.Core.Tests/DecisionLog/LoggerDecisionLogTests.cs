using LlmRouting.Core.Tests.Support;
using LlmRouting.DecisionLog;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.DecisionLog;

public sealed class LoggerDecisionLogTests
{
    [Test]
    [Description("S20 the one-line outcome and its fields reach the host's logger")]
    public async Task Answer_IsOneLineOfInformation()
    {
        using RecordingLoggerFactory logs = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), new FakeChatClient());
        pipeline.Observers = [new LoggerDecisionLog(logs.CreateLogger<LoggerDecisionLog>())];
        using RoutingChatClient client = pipeline.Build();

        await client.GetResponseAsync(Pool.Hello);

        LogEntry entry = logs.Entries.Single(static entry => entry.Id == EventIds.DecisionLogged);
        Assert.That(entry.Level, Is.EqualTo(LogLevel.Information));
        Assert.That(entry.Message, Does.Match(@"^Request [\w-]+: m1 via fixed \(1\.00: the order of the test\), 1 attempt, \d+ ms, .+ \[model m1, decided by fixed, confidence 1, attempts 1, USD .+\]$"));
    }

    [Test]
    public async Task NoAnswer_IsAWarning()
    {
        using RecordingLoggerFactory logs = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), FakeChatClient.Throwing(static () => new HttpRequestException("secret")));
        pipeline.Observers = [new LoggerDecisionLog(logs.CreateLogger<LoggerDecisionLog>())];
        using RoutingChatClient client = pipeline.Build();

        await Assert.ThrowsAsync<RouteFailedException>(() => client.GetResponseAsync(Pool.Hello));

        LogEntry entry = logs.Entries.Single(static entry => entry.Id == EventIds.DecisionLogged);
        Assert.That(entry.Level, Is.EqualTo(LogLevel.Warning));
        Assert.That(entry.Message, Does.Contain("no answer via fixed").And.Not.Contain("secret"));
    }

    [Test]
    [Description("S20: a request that is refused has a line too")]
    public async Task RefusedRequest_IsAWarning([Values] bool streaming)
    {
        using RecordingLoggerFactory logs = new();
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), new FakeChatClient());
        pipeline.Observers = [new LoggerDecisionLog(logs.CreateLogger<LoggerDecisionLog>())];
        using RoutingChatClient client = pipeline.Build();
        ChatOptions tooCheap = new ChatOptions().WithRouting(static hints => hints.MaxCostUsd = 0);

        await Assert.ThrowsAsync<NoCandidateException>(() => client.AskAsync(streaming, tooCheap, [new ChatMessage(ChatRole.User, "secret")]));

        LogEntry entry = logs.Entries.Single(static entry => entry.Id == EventIds.DecisionRefused);
        Assert.That(entry.Level, Is.EqualTo(LogLevel.Warning));
        Assert.That(entry.Message, Does.StartWith("A request was refused before any model was asked (NoCandidateException): ").And.Contain("'m1' (cost: ").And.Not.Contain("secret"));
    }
}
