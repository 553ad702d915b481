using System.Text.RegularExpressions;
using LlmRouting.Budgets;
using LlmRouting.Classifiers;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Pipeline;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Replay;

/// <summary>Makes configurations and requests by chance: many models, every kind of strategy, rule and constraint, parts that fail.</summary>
internal static class RandomRouting
{
    private static readonly string[] Tiers = ["fast", "balanced", "frontier"];
    private static readonly string[] Texts =
    [
        "hi", "What is 2 + 2?", "I want a refund for invoice 4711, this is a complaint.", "Prove that the square root of 2 is irrational, and explain each step in detail.",
        "def f(x):\n    return x + 1\nWhy does this fail on 3 March 2026?", "Bitte fassen Sie den Vertrag zusammen, insbesondere die Kündigungsfristen.", "",
    ];

    public static RoutingPipeline Pipeline(Random random)
    {
        int count = random.Next(1, 7);
        DateTimeOffset now = new ManualTimeProvider().GetUtcNow();
        RoutableModel[] models = [.. Enumerable.Range(0, count).Select(i => Make.Model(
            new ModelProfile
            {
                Id = $"m{i}",
                Family = i < 2 ? "family" : null,
                Version = i < 2 ? $"{i + 1}" : null,
                Tier = random.Next(4) == 0 ? null : Tiers[random.Next(3)],
                Quality = random.NextDouble(),
                InputUsdPerMillionTokens = random.Next(5) == 0 ? null : (decimal)random.NextDouble() * 5,
                OutputUsdPerMillionTokens = (decimal)random.NextDouble() * 20,
                ContextTokens = random.Next(3) == 0 ? random.Next(1_000, 4_000) : null,
                Capabilities = random.Next(3) == 0 ? ModelCapabilities.None : ModelCapabilities.Tools | ModelCapabilities.JsonSchema,
                TypicalLatency = random.Next(2) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 5_000)) : null,
                SupportsStreaming = random.Next(5) != 0,
                DeprecatedOn = random.Next(4) == 0 ? now.AddHours(random.Next(-3, 6)) : null,
                RetiresOn = i > 1 && random.Next(5) == 0 ? now.AddHours(random.Next(6, 20)) : null,
            },
            new FakeChatClient("answer")))];
        return new RoutingPipeline
        {
            Models = models,
            MinConfidence = random.NextDouble(),
            DefaultModel = random.Next(2) == 0 ? "m0" : null,
            Policies = [new RoutingPolicy { Id = "p", MinQuality = random.NextDouble() / 2, MinTier = random.Next(3) == 0 ? "balanced" : null, MaxLatency = TimeSpan.FromMilliseconds(random.Next(1, 3_000)) }],
            Strategies = Strategies(random, count),
            Classifiers = Classifiers(random),
            Constraints = [new WhimsicalConstraint("whim", isSoft: random.Next(2) == 0, random.Next())],
            Budgets = random.Next(2) == 0 ? null : new BudgetLedger([new BudgetRule { Name = "b", LimitUsd = 0.000_5m * random.Next(1, 20) }]),
            Seed = random.Next(),
        };
    }

    public static async Task AskAsync(RoutingChatClient client, Random random)
    {
        ChatOptions options = new ChatOptions
        {
            MaxOutputTokens = random.Next(3) == 0 ? random.Next(1, 2_000) : null,
            ResponseFormat = random.Next(5) == 0 ? ChatResponseFormat.Json : null,
            ModelId = random.Next(10) == 0 ? "family" : null,
        }.WithRouting(hints =>
        {
            hints.Policy = random.Next(4) == 0 ? "p" : null;
            hints.UserTier = random.Next(2) == 0 ? "premium" : null;
            hints.Priority = random.Next(3) == 0 ? RequestPriority.Background : RequestPriority.Interactive;
            hints.MaxCostUsd = random.Next(6) == 0 ? (decimal)random.NextDouble() / 500 : null;
            hints.MaxLatency = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(1, 3_000)) : null;
            hints.Model = random.Next(10) == 0 ? "m0" : null;
        });
        ChatMessage[] messages = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new ChatMessage(ChatRole.User, Texts[random.Next(Texts.Length)]))];
        try
        {
            await client.AskAsync(random.Next(2) == 0, options, messages);
        }
        catch (RoutingException)
        {
            // A refusal is a decision too, and is logged.
        }
    }

    private static IRoutingStrategy[] Strategies(Random random, int models)
    {
        IRoutingStrategy[] all =
        [
            new RulesStrategy(Rules(random, models)),
            new TiersStrategy(TierLadder.Default),
            new CostLatencyStrategy(TierLadder.Default),
            new CascadeStrategy(new CascadeSettings { Confidence = random.NextDouble(), MaxCostUsd = random.Next(2) == 0 ? 0.01m : null }),
            new DelegateStrategy("host", (request, candidates) => (request.LastUserText.Length % 3) switch
            {
                0 => StrategyVerdict.Rank([.. candidates.Reverse().Select(static candidate => candidate.Profile.Id)], 0.5, "backwards"),
                1 => StrategyVerdict.Prefer("unheard-of", 0.9, "nobody knows it"),
                _ => throw new InvalidOperationException("broken"),
            }),
        ];
        random.Shuffle(all);
        return all[..random.Next(1, all.Length + 1)];
    }

    private static IEnumerable<RoutingRule> Rules(Random random, int models)
    {
        for (int i = random.Next(4); i > 0; i--)
        {
            RuleCondition when = random.Next(6) switch
            {
                0 => new RuleCondition { UserTier = "premium" },
                1 => new RuleCondition { Keywords = ["refund"] },
                2 => new RuleCondition { Regex = new Regex("^[A-Z]") },
                3 => new RuleCondition { MinComplexity = random.NextDouble() },
                4 => new RuleCondition { HasCode = true, MinTurns = 2 },
                _ => new RuleCondition { Keywords = ["prove", "refund"], MaxComplexity = random.NextDouble() },
            };
            yield return random.Next(2) == 0
                ? new RoutingRule { When = when, PreferTier = Tiers[random.Next(3)], Confidence = random.NextDouble() }
                : new RoutingRule { When = when, Prefer = $"m{random.Next(models)}", Confidence = random.NextDouble() };
        }
    }

    private static IRequestClassifier[] Classifiers(Random random) => random.Next(3) switch
    {
        0 => [new HeuristicClassifier()],
        1 => [new WhimsicalClassifier("first"), new HeuristicClassifier()],
        _ => [new HeuristicClassifier(), new WhimsicalClassifier("second")],
    };

    // Looks at what no record holds, and sometimes throws.
    private sealed class WhimsicalClassifier(string name) : IRequestClassifier
    {
        public string Name => name;

        public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken) => (request.LastUserText.Length % 4) switch
        {
            0 => throw new InvalidOperationException("broken"),
            1 => throw new TimeoutException(),
            var rest => new(new Classification { Complexity = rest / 3.0, Confidence = 1 / (rest + 0.1), Source = "elsewhere", Category = "code", Label = $"l{rest}" }),
        };
    }

    private sealed class WhimsicalConstraint(string name, bool isSoft, int salt) : IRoutingConstraint
    {
        public string Name => name;

        public bool IsSoft => isSoft;

        public string? Reject(RoutingRequest request, in Candidate candidate) =>
            ((request.LastUserText.Length + candidate.Profile.Id[1] + salt) % 9) switch
            {
                0 => throw new InvalidOperationException("broken"),
                1 or 2 => "on a whim",
                _ => null,
            };
    }
}
