using System.Diagnostics.Metrics;
using LlmRouting.Pipeline;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Benchmarking;

/// <summary>Builds the routers and the requests that the measurements share.</summary>
internal static class Pools
{
    private static readonly string[] Tiers = ["fast", "balanced", "frontier"];

    /// <summary>Builds a router with the default strategies and local classifiers over models of all tiers.</summary>
    public static RoutingChatClient Build(int models, IChatClient client, IReadOnlyList<IRoutingObserver>? observers = null, IMeterFactory? meters = null) => new RoutingPipeline
    {
        MeterFactory = meters,
        Observers = observers ?? [],
        Models = [.. Enumerable.Range(0, models).Select(i => new RoutableModel(
            new ModelProfile
            {
                Id = $"model-{i}",
                Tier = Tiers[i % Tiers.Length],
                Quality = 0.4 + (0.5 * i / models),
                InputUsdPerMillionTokens = 0.1m * (i + 1),
                OutputUsdPerMillionTokens = 0.4m * (i + 1),
                ContextTokens = 128_000,
                Capabilities = ModelCapabilities.Tools | ModelCapabilities.JsonSchema,
                TypicalLatency = TimeSpan.FromMilliseconds(300 + (100 * i)),
            },
            new ModelEndpoint(client)))],
    }.Build();

    /// <summary>Writes a prompt of a length: a support question, repeated with numbers that differ.</summary>
    public static ChatMessage[] Prompt(int length)
    {
        System.Text.StringBuilder text = new(length + 200);
        for (int i = 1; text.Length < length; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"Hello, my order {4711 + i} from Berlin arrived on {(i % 27) + 1} March, but two of the five lamps are broken, and the invoice says 129.90 EUR. ")
                .Append("Which of the steps in your returns policy apply, and how long will it take until I get my money back? ");
        }

        text.Length = length;
        return [new ChatMessage(ChatRole.User, text.ToString())];
    }
}
