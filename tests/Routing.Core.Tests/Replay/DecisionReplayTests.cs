using LlmRouting.Budgets;
using LlmRouting.Core.Tests.DecisionLog;
using LlmRouting.Core.Tests.Support;
using LlmRouting.DecisionLog;
using LlmRouting.Pipeline;
using LlmRouting.Replay;
using LlmRouting.Strategies;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Replay;

public sealed class DecisionReplayTests
{
    [Test]
    [Description("R30 the same record and configuration give the same decision, bit for bit")]
    public async Task RandomRequests_ThroughRandomConfigurations_ReplayTheSame([Range(1, 40)] int seed)
    {
        (RoutingPipeline pipeline, KeepingObserver log) = await RecordRandomAsync(new Random(seed), requests: 50);
        DecisionReplay replay = new(pipeline);
        List<string> wrong = [];
        foreach (LoggedDecision record in log.Records)
        {
            ReplayedDecision again = await replay.DecideAsync(record);
            if (again.Kind != ReplayKind.Same)
            {
                wrong.Add($"{again.Kind}: {again.Difference}");
            }
        }

        Assert.That(log.Lines, Has.Count.EqualTo(50));
        Assert.That(wrong, Is.Empty);
    }

    [Test]
    [Description("R30 against another configuration it is a what-if")]
    public async Task ChangedThreshold_MovesJustTheRequestsBetween()
    {
        double[] complexities = [0.1, 0.25, 0.35, 0.45, 0.6, 0.9];
        KeepingObserver log = await RecordAsync(Ladder(TierLadder.Default), async client =>
        {
            foreach (double complexity in complexities)
            {
                await client.GetResponseAsync(FormattableString.Invariant($"{complexity}"));
            }
        });

        DecisionReplay changed = new(Ladder(new TierLadder([new("fast", 0.4), new("balanced", 0.7), new("frontier", 1)])));
        List<string> models = [];
        foreach (LoggedDecision record in log.Records)
        {
            ReplayedDecision again = await changed.DecideAsync(record);
            models.Add($"{record.Decision!.ModelId}->{again.Decision!.ModelId}");
        }

        Assert.That(models, Is.EqualTo(new[] { "small->small", "small->small", "medium->small", "medium->medium", "medium->medium", "large->large" }));
        Assert.That(changed.TakenFromRecords["length"], Is.EqualTo(6));
    }

    [Test]
    [Description("R30 a record that does not hold what a configuration asks for is not made up")]
    public async Task ClassifierThatWasNotAsked_MakesARecordUnreplayable()
    {
        KeepingObserver log = await RecordAsync(Ladder(TierLadder.Default), static client => client.GetResponseAsync("0.5"));

        RoutingPipeline other = Ladder(TierLadder.Default);
        other.Classifiers = [new FakeClassifier(0.1, name: "another")];
        ReplayedDecision again = await new DecisionReplay(other).DecideAsync(log.Records.Single());

        Assert.That((again.Kind, again.Difference), Is.EqualTo((ReplayKind.Unreplayable, "classifier 'another' was not asked")));
    }

    [Test]
    [Description("R30 what a budget stopped is logged, and stays stopped when it is decided again")]
    public async Task Refusal_IsLoggedAndReplayed()
    {
        RoutingPipeline pipeline = Ladder(TierLadder.Default);
        pipeline.Budgets = new BudgetLedger([new BudgetRule { Name = "day", LimitUsd = 0 }]);
        KeepingObserver log = await RecordAsync(pipeline, static async client => await Assert.ThrowsAsync<BudgetExceededException>(() => client.GetResponseAsync("0.5")));

        LoggedDecision record = log.Records.Single();
        ReplayedDecision again = await new DecisionReplay(pipeline).DecideAsync(record);

        Assert.That((record.Result, record.Steps.Count(static step => step.Source == "budget")), Is.EqualTo(("refused", 3)));
        Assert.That((again.Kind, again.Decision), Is.EqualTo((ReplayKind.Same, (RoutingDecision?)null)));
    }

    [Test]
    public async Task RecordWithoutInputs_IsUnreplayable()
    {
        KeepingObserver log = new();
        RoutingPipeline pipeline = Ladder(TierLadder.Default);
        RecordingObserver outcomes = new();
        pipeline.Observers = [outcomes];
        using (RoutingChatClient client = pipeline.Build())
        {
            await client.GetResponseAsync([new(ChatRole.User, "0.5")]);
        }

        log.Write(new DecisionLogEntry { Outcome = outcomes.Outcomes.Single(), Features = outcomes.Outcomes.Single().Decision.Features });
        ReplayedDecision again = await new DecisionReplay(pipeline).DecideAsync(log.Records.Single());

        Assert.That(again.Kind, Is.EqualTo(ReplayKind.Unreplayable));
    }

    [Test]
    [Description("R30 a record is of the models that were there when it was decided, whatever was registered until it was written")]
    public async Task ModelsThatChangeBeforeTheRecordIsWritten_ChangeNothingInIt()
    {
        using TemporaryFolder folder = new();
        RoutingPipeline recorded = Ladder(TierLadder.Default);
        using (JsonLinesDecisionLog log = new(new DecisionLogSettings { Path = folder.Log, FlushInterval = TimeSpan.FromHours(1) }))
        {
            recorded.Observers = [log];
            using RoutingChatClient client = recorded.Build();
            await client.GetResponseAsync([new(ChatRole.User, "0.1")]);
            await client.GetResponseAsync([new(ChatRole.User, "0.9")]);
            client.Router.Registry.Update([Make.Model("another", "frontier", 0.9, 1, 4)]);
            await client.GetResponseAsync([new(ChatRole.User, "0.9")]);
        }

        RoutingPipeline later = Ladder(TierLadder.Default);
        later.Models = [Make.Model("another", "frontier", 0.9, 1, 4)];
        List<(ReplayKind, ReplayKind)> kinds = [];
        foreach (LoggedDecision record in new DecisionLogReader(folder.Files.Single()).Read())
        {
            kinds.Add(((await new DecisionReplay(recorded).DecideAsync(record)).Kind, (await new DecisionReplay(later).DecideAsync(record)).Kind));
        }

        Assert.That(kinds, Is.EqualTo(new[]
        {
            (ReplayKind.Same, ReplayKind.Different), (ReplayKind.Same, ReplayKind.Different), (ReplayKind.Different, ReplayKind.Same),
        }));
    }

    [Test]
    [Description("R30 whatever stands in a log, its reader says what is wrong with a line, and a record that can be read can be decided")]
    public async Task DamagedRecords_AreRefusedOrDecided([Range(1, 24)] int seed)
    {
        Random random = new(seed);
        (RoutingPipeline pipeline, KeepingObserver log) = await RecordRandomAsync(random, requests: 20);
        DecisionReplay replay = new(pipeline);
        List<string> broken = [];
        int refused = 0;
        int decided = 0;
        foreach (string line in log.Lines)
        {
            for (int i = 0; i < 100; i++)
            {
                string damaged = DamagedJson.Make(line, random);
                try
                {
                    await replay.DecideAsync(DecisionRecordReader.Read(damaged));
                    decided++;
                }
                catch (FormatException)
                {
                    refused++;
                }
                catch (Exception exception)
                {
                    broken.Add($"{exception.GetType().Name}: {exception.Message} at {exception.StackTrace?.Split('\n').FirstOrDefault()}");
                }
            }
        }

        Assert.That(broken.Distinct(), Is.Empty);
        Assert.That((refused > 0, decided > 0), Is.EqualTo((true, true)), "both kinds of damage were tried");
    }

    private static async Task<(RoutingPipeline Pipeline, KeepingObserver Log)> RecordRandomAsync(Random random, int requests)
    {
        ManualTimeProvider clock = new();
        RoutingPipeline pipeline = RandomRouting.Pipeline(random);
        pipeline.TimeProvider = clock;
        return (pipeline, await RecordAsync(pipeline, async client =>
        {
            for (int i = 0; i < requests; i++)
            {
                await RandomRouting.AskAsync(client, random);
                clock.Advance(TimeSpan.FromMinutes(random.Next(30)));
            }
        }));
    }

    private static async Task<KeepingObserver> RecordAsync(RoutingPipeline pipeline, Func<RoutingChatClient, Task> ask)
    {
        KeepingObserver log = new();
        pipeline.Observers = [log];
        using RoutingChatClient client = pipeline.Build();
        await ask(client);
        return log;
    }

    private static RoutingPipeline Ladder(TierLadder tiers) => new()
    {
        Models = Make.Ladder(),
        Tiers = tiers,
        Classifiers = [new TextClassifier("length")],
        Strategies = [new TiersStrategy(tiers)],
    };

    // The text is the complexity.
    private sealed class TextClassifier(string name) : IRequestClassifier
    {
        public string Name => name;

        public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken) =>
            new(Make.Classification(double.Parse(request.LastUserText, System.Globalization.CultureInfo.InvariantCulture)));
    }
}
