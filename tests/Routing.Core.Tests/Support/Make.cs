using System.Collections.Frozen;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Support;

/// <summary>Makes the small things that most tests need.</summary>
internal static class Make
{
    public static ModelProfile Profile(
        string id,
        string? tier = null,
        double quality = 0.5,
        decimal? input = null,
        decimal? output = null,
        TimeSpan? latency = null,
        params string[] tags) => new()
        {
            Id = id,
            Tier = tier,
            Quality = quality,
            InputUsdPerMillionTokens = input,
            OutputUsdPerMillionTokens = output,
            TypicalLatency = latency,
            Tags = tags.ToFrozenSet(StringComparer.OrdinalIgnoreCase),
        };

    public static RoutableModel Model(
        string id,
        string? tier = null,
        double quality = 0.5,
        decimal? input = null,
        decimal? output = null,
        TimeSpan? latency = null,
        params string[] tags) => Model(Profile(id, tier, quality, input, output, latency, tags));

    public static RoutableModel Model(ModelProfile profile, IChatClient? client = null) =>
        new(profile, new ModelEndpoint(client ?? new FakeChatClient(profile.Id)));

    /// <summary>Makes one model per default tier: price and quality rise together.</summary>
    public static RoutableModel[] Ladder() =>
    [
        Model("small", "fast", 0.4, 0.1m, 0.4m, TimeSpan.FromSeconds(0.5)),
        Model("medium", "balanced", 0.6, 1m, 4m, TimeSpan.FromSeconds(1)),
        Model("large", "frontier", 0.9, 5m, 20m, TimeSpan.FromSeconds(3)),
    ];

    public static RoutingRequest Request(
        string text = "hello",
        RequestFeatures? features = null,
        Action<RoutingHints>? hints = null,
        IRequestClassifier? classifier = null,
        RoutingPolicy? policy = null,
        bool isStreaming = false) => new(
            [new ChatMessage(ChatRole.User, text)],
            hints is null ? null : new ChatOptions().WithRouting(hints),
            features ?? new RequestFeatures { Messages = 1, UserTurns = 1, EstimatedInputTokens = 100 },
            classifier,
            policy,
            isStreaming);

    public static CandidateSet Candidates(params RoutableModel[] models) =>
        new(models, new RequestFeatures { EstimatedInputTokens = 100 });

    public static Classification Classification(double complexity, double confidence = 0.9, string? category = null, string? label = null) => new()
    {
        Complexity = complexity,
        Confidence = confidence,
        Source = "test",
        Category = category,
        Label = label,
    };

    public static ChatMessage[] Messages(string text = "hello") => [new(ChatRole.User, text)];

    public static ChatOptions Hints(Action<RoutingHints> configure) => new ChatOptions().WithRouting(configure);
}
