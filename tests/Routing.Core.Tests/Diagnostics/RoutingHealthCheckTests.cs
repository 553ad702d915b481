using LlmRouting.Diagnostics;
using LlmRouting.Execution;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Diagnostics;

[Description("R12 what the breakers know is told to whoever asks how the service is")]
public sealed class RoutingHealthCheckTests
{
    [TestCase(false, false, HealthStatus.Healthy, "2 of 2 models can be reached, 2 of 2 endpoints are well.")]
    [TestCase(true, false, HealthStatus.Degraded, "1 of 2 models can be reached, 1 of 2 endpoints are well.")]
    [TestCase(true, true, HealthStatus.Unhealthy, "0 of 2 models can be reached, 0 of 2 endpoints are well.")]
    public async Task Endpoints_ThatArePassedOver_Show(bool firstIsDown, bool secondIsDown, HealthStatus status, string description)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), Client(firstIsDown), Client(secondIsDown));
        pipeline.TimeProvider = new ManualTimeProvider();
        using RoutingChatClient client = pipeline.Build();
        for (int i = 0; i < 5; i++)
        {
            await TryAsync(client);
        }

        HealthCheckResult result = await new RoutingHealthCheck(client.Router.Registry).CheckHealthAsync(new HealthCheckContext());

        Assert.That((result.Status, result.Description), Is.EqualTo((status, description)));
        Assert.That(result.Data.Values, Has.Exactly((firstIsDown ? 1 : 0) + (secondIsDown ? 1 : 0)).EqualTo("Open"));
    }

    [Test]
    public async Task FailureStatus_IsTheRegistrations()
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), Client(isDown: true));
        pipeline.TimeProvider = new ManualTimeProvider();
        using RoutingChatClient client = pipeline.Build();
        for (int i = 0; i < 5; i++)
        {
            await TryAsync(client);
        }

        RoutingHealthCheck check = new(client.Router.Registry);
        HealthCheckContext context = new() { Registration = new HealthCheckRegistration("llm-routing", check, HealthStatus.Degraded, tags: null) };

        Assert.That((await check.CheckHealthAsync(context)).Status, Is.EqualTo(HealthStatus.Degraded));
    }

    private static FakeChatClient Client(bool isDown) => isDown ? FakeChatClient.Throwing(static () => new IOException()) : new FakeChatClient();

    private static async Task TryAsync(RoutingChatClient client)
    {
        try
        {
            await client.GetResponseAsync(Pool.Hello);
        }
        catch (RoutingException)
        {
            // Where all are down, that is what happens.
        }
    }
}
