using LlmRouting.Execution;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Models;

public sealed class ModelEndpointTests
{
    [Test]
    public void RetiredEndpoint_AdmitsNoCall_AndIsDisposedWhenTheLastOneHasEnded_S28()
    {
        FakeChatClient client = new();
        ModelEndpoint endpoint = Owned(client);

        Assert.That(endpoint.TryEnter(), Is.True);
        endpoint.Retire();
        Assert.That(client.Disposals, Is.Zero);
        Assert.That(endpoint.TryEnter(), Is.False);
        endpoint.Exit();

        Assert.That(client.Disposals, Is.EqualTo(1));
    }

    [Test]
    public void RetiredEndpoint_OfAClientThatWasHandedIn_StaysUsable()
    {
        FakeChatClient client = new();
        ModelEndpoint endpoint = new(client);

        endpoint.Retire();

        Assert.That(endpoint.TryEnter(), Is.True);
        endpoint.Exit();
        Assert.That(client.Disposals, Is.Zero);
    }

    [Test]
    public async Task RequestThatIsBeingDecidedDuringAReload_GoesToTheNewEndpoint_S28([Values] bool streaming)
    {
        FakeChatClient old = new("old");
        FakeChatClient replacement = new("new");
        ModelRegistry? registry = null;
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings());
        pipeline.Models = [new RoutableModel(Pool.Profile("m1"), Owned(old))];
        pipeline.Strategies =
        [
            new DelegateStrategy("reload", (_, _) =>
            {
                registry!.Update([new RoutableModel(Pool.Profile("m1"), Owned(replacement))]);
                return StrategyVerdict.Prefer("m1", 1, "after a reload");
            }),
        ];
        using RoutingChatClient client = pipeline.Build();
        registry = client.Router.Registry;

        ChatResponse response = await client.AskAsync(streaming);

        Assert.That(response.Text, Is.EqualTo("new"));
        Assert.That(old.Calls, Is.Empty, "it is disposed already");
        Assert.That(old.Disposals, Is.EqualTo(1));
    }

    [Test]
    public async Task RequestOnADisposedRouter_IsAClearFailure([Values] bool streaming)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings());
        pipeline.Models = [new RoutableModel(Pool.Profile("m1"), Owned(new FakeChatClient()))];
        RoutingChatClient client = pipeline.Build();
        client.Dispose();

        RouteFailedException? error = await Assert.ThrowsAsync<RouteFailedException>(() => client.AskAsync(streaming));

        Assert.That(error!.Outcome!.Attempts.Single().Reason, Does.Contain("out of service"));
    }

    [Test]
    public void EnterAndExit_FromManyThreads_LeaveNothingBehind_R27()
    {
        FakeChatClient client = new();
        ModelEndpoint endpoint = Owned(client);
        int refused = 0;

        Parallel.For(0, 100_000, i =>
        {
            if (i == 50_000)
            {
                endpoint.Retire();
            }

            if (endpoint.TryEnter())
            {
                if (client.Disposals > 0)
                {
                    Interlocked.Exchange(ref refused, -1);
                }

                endpoint.Exit();
            }
            else
            {
                Interlocked.Increment(ref refused);
            }
        });

        Assert.That(refused, Is.Positive, "no call was admitted after the client was disposed");
        Assert.That((endpoint.InFlight, client.Disposals), Is.EqualTo((0, 1)));
    }

    private static ModelEndpoint Owned(IChatClient client) => new(client, "default", modelId: null, settings: null, ownsClient: true);
}
