using Anthropic.Models.Messages;
using LlmRouting.Providers.Tests.OpenAICompatible;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>Shows that parameters of one SDK, which a failover brings to another, are not dropped in silence.</summary>
[TestFixtureSource(typeof(WireDialect), nameof(WireDialect.All))]
public sealed class RawOptionsTests(WireDialect dialect)
{
    [Test]
    public async Task ParametersOfAnotherSdk_AreReported([Values] bool streaming)
    {
        IReadOnlyCollection<string> unsent = await AskAsync(streaming, static _ => new Dictionary<string, object>());

        Assert.That(unsent, Is.EqualTo(new[] { nameof(ChatOptions.RawRepresentationFactory) }));
    }

    [Test]
    public async Task ParametersOfTheSdk_AreSent([Values] bool streaming)
    {
        IReadOnlyCollection<string> unsent = await AskAsync(streaming, _ => dialect is OpenAIDialect
            ? new ChatCompletionOptions { EndUserId = "raw-user" }
            : new MessageCreateParams { Model = "raw-model", MaxTokens = 77, Messages = [] });

        Assert.That(unsent, Is.Empty);
    }

    [Test]
    public async Task NoParameters_AreNothingToReport([Values] bool streaming) => Assert.That(await AskAsync(streaming, static _ => null), Is.Empty);

    private async Task<IReadOnlyCollection<string>> AskAsync(bool streaming, Func<IChatClient, object?> factory)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(dialect.Reply(streaming, "Hello"));
        using IChatClient client = dialect.Client(server.Address);

        ChatResponse response = await client.AskAsync(streaming, new ChatOptions { RawRepresentationFactory = factory });

        return [.. response.GetUnsentOptions()];
    }
}
