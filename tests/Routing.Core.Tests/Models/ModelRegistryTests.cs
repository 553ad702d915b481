using System.Collections.Frozen;
using LlmRouting.Core.Tests.Support;
using LlmRouting.Models;
using LlmRouting.Testing;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Core.Tests.Models;

public sealed class ModelRegistryTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase("small", "small")]
    [TestCase("SMALL", "small")]
    [TestCase("small@1.0", "small")]
    [TestCase("vendor", "newer", Description = "A family leads to its newest version.")]
    [TestCase("vendor@2026-01", "older")]
    [TestCase("VENDOR@2026-05", "newer")]
    [TestCase("older@2026-01", "older")]
    [TestCase("older@2026-05", null)]
    [TestCase("small@2.0", null)]
    [TestCase("small@", null)]
    [TestCase("vendor@", null)]
    [TestCase("ghost", null)]
    public void S16_Find_KnowsIdsFamiliesAndVersionPins(string reference, string? expected)
    {
        ModelRegistry registry = new(
        [
            Make.Model(Make.Profile("small") with { Version = "1.0" }),
            Make.Model(Make.Profile("newer") with { Family = "vendor", Version = "2026-05" }),
            Make.Model(Make.Profile("older") with { Family = "vendor", Version = "2026-01" }),
            Make.Model(Make.Profile("unversioned") with { Family = "other" }),
        ]);

        Assert.That(registry.Current.Find(reference)?.Id, Is.EqualTo(expected));
    }

    [TestCase("3.9", "3.10")]
    [TestCase("v9", "v10")]
    [TestCase("2025-12-31", "2026-01-01")]
    [TestCase("1", "1.1")]
    public void S16_Family_LeadsToTheNewestVersionByItsNumbers(string older, string newer)
    {
        ModelRegistry registry = new(
        [
            Make.Model(Make.Profile("new") with { Family = "vendor", Version = newer }),
            Make.Model(Make.Profile("old") with { Family = "vendor", Version = older }),
        ]);

        Assert.That(registry.Current.Find("vendor")?.Id, Is.EqualTo("new"));
    }

    [Test]
    public void S16_Id_OfTheSameNameAsAFamily_IsTheMoreExactReference()
    {
        ModelRegistry registry = new(
        [
            Make.Model(Make.Profile("vendor") with { Version = "1" }),
            Make.Model(Make.Profile("other") with { Family = "vendor", Version = "2" }),
        ]);

        Assert.That(registry.Current.Find("vendor")?.Id, Is.EqualTo("vendor"));
    }

    [Test]
    public void S16_Lookups_ByTierTagAndCapability_ListTheCheapestFirst()
    {
        ModelRegistry registry = new(
        [
            Make.Model(Make.Profile("unknown", "fast", tags: "EU") with { Capabilities = ModelCapabilities.Tools }),
            Make.Model(Make.Profile("dear", "FAST", input: 5, output: 5, tags: "eu") with { Capabilities = ModelCapabilities.Tools | ModelCapabilities.JsonSchema }),
            Make.Model(Make.Profile("cheap", "fast", input: 1, output: 1, tags: "eu") with { Capabilities = ModelCapabilities.Tools | ModelCapabilities.Json }),
            Make.Model("other", "frontier", input: 0, output: 0),
        ]);
        ModelSnapshot models = registry.Current;

        Assert.That(Ids(models.InTier("Fast")), Is.EqualTo(["cheap", "dear", "unknown"]));
        Assert.That(Ids(models.WithTag("Eu")), Is.EqualTo(["cheap", "dear", "unknown"]));
        Assert.That(Ids(models.WithCapabilities(ModelCapabilities.Tools)), Is.EqualTo(["cheap", "dear", "unknown"]));
        Assert.That(Ids(models.WithCapabilities(ModelCapabilities.Tools | ModelCapabilities.Json)), Is.EqualTo(["cheap", "dear"]));
        Assert.That(Ids(models.WithCapabilities(ModelCapabilities.JsonSchema)), Is.EqualTo(["dear"]));
        Assert.That(Ids(models.InTier("nowhere")), Is.Empty);
    }

    [Test]
    public void S16_Tags_AreComparedIgnoringCase_HoweverTheSetWasMade()
    {
        ModelProfile profile = new() { Id = "x", Tags = new[] { "EU" }.ToFrozenSet() };

        Assert.That(Ids(new ModelRegistry([Make.Model(profile)]).Current.WithTag("eu")), Is.EqualTo(["x"]));
    }

    [Test]
    public void Models_KeepTheOrderOfTheirRegistration()
    {
        ModelRegistry registry = new([Make.Model("c"), Make.Model("a"), Make.Model("b")]);

        Assert.That(Ids(registry.Current.Models), Is.EqualTo(["c", "a", "b"]));
    }

    [Test]
    public void S16_Retirement_HappensOnTimeWithoutARestart()
    {
        ManualTimeProvider clock = new();
        using RecordingLoggerFactory logs = new();
        ModelRegistry registry = new(
            [
                Make.Model(Make.Profile("old") with { RetiresOn = Start.AddDays(1), ReplacedBy = "new" }),
                Make.Model("new"),
            ],
            clock,
            logs.CreateLogger<ModelRegistry>());
        ModelSnapshot before = registry.Current;
        clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromTicks(1));
        string? justBefore = registry.Current.Find("old")?.Id;

        clock.Advance(TimeSpan.FromTicks(1));

        ModelSnapshot after = registry.Current;
        Assert.That(justBefore, Is.EqualTo("old"));
        Assert.That(after.Find("old")?.Id, Is.EqualTo("new"));
        Assert.That((Ids(after.Models), Ids(after.All)), Is.EqualTo((new[] { "new" }, new[] { "old", "new" })).AsCollection);
        Assert.That(Ids(before.Models), Is.EqualTo(["old", "new"]), "a snapshot never changes");
        Assert.That(logs.Of(EventIds.ModelRetired), Is.EqualTo(["Model 'old' has retired; references to it now lead to 'new'"]));
        Assert.That(registry.Current, Is.SameAs(after));
    }

    [Test]
    public void S16_Replacements_AreFollowedAlongTheirChain()
    {
        ManualTimeProvider clock = new();
        ModelRegistry registry = new(
            [
                Make.Model(Make.Profile("a") with { RetiresOn = Start.AddDays(1), ReplacedBy = "b" }),
                Make.Model(Make.Profile("b") with { RetiresOn = Start.AddDays(2), ReplacedBy = "c" }),
                Make.Model(Make.Profile("c") with { RetiresOn = Start.AddDays(3) }),
                Make.Model("d"),
            ],
            clock);
        List<string?> served = [];

        for (int day = 0; day <= 3; day++)
        {
            served.Add(registry.Current.Find("a")?.Id);
            clock.Advance(TimeSpan.FromDays(1));
        }

        Assert.That(served, Is.EqualTo(new[] { "a", "b", "c", null }));
    }

    [Test]
    public void S16_Family_FallsBackToTheVersionThatIsStillInService()
    {
        ManualTimeProvider clock = new();
        ModelRegistry registry = new(
            [
                Make.Model(Make.Profile("v1") with { Family = "vendor", Version = "1" }),
                Make.Model(Make.Profile("v2") with { Family = "vendor", Version = "2", RetiresOn = Start.AddDays(1), ReplacedBy = "other" }),
                Make.Model("other"),
            ],
            clock);
        string? before = registry.Current.Find("vendor")?.Id;

        clock.Advance(TimeSpan.FromDays(1));

        Assert.That(before, Is.EqualTo("v2"));
        Assert.That(registry.Current.Find("vendor")?.Id, Is.EqualTo("v1"));
        Assert.That(registry.Current.Find("vendor@2")?.Id, Is.EqualTo("other"), "a pin on a retired version leads to its replacement");
    }

    [Test]
    public void S16_Deprecation_IsLoggedAtTheStart()
    {
        using RecordingLoggerFactory logs = new();

        _ = new ModelRegistry(
            [
                Make.Model(Make.Profile("old") with { DeprecatedOn = Start, RetiresOn = Start.AddDays(1), ReplacedBy = "new" }),
                Make.Model(Make.Profile("new") with { DeprecatedOn = Start.AddYears(1) }),
            ],
            new ManualTimeProvider(),
            logs.CreateLogger<ModelRegistry>());

        LogEntry entry = logs.Entries.Single();
        Assert.That((entry.Level, entry.Id), Is.EqualTo((LogLevel.Warning, EventIds.ModelDeprecated)));
        Assert.That(entry.Message, Does.StartWith("Model 'old' is deprecated; it retires on").And.EndsWith("is then replaced by 'new'"));
    }

    [Test]
    public void S16_Deprecation_ThatBeginsLater_IsLoggedThenAndOnce()
    {
        ManualTimeProvider clock = new();
        using RecordingLoggerFactory logs = new();
        ModelRegistry registry = new(
            [Make.Model(Make.Profile("old") with { DeprecatedOn = Start.AddDays(1) }), Make.Model("new")],
            clock,
            logs.CreateLogger<ModelRegistry>());
        _ = registry.Current;
        int before = logs.Entries.Count;

        clock.Advance(TimeSpan.FromDays(1));
        _ = registry.Current;
        clock.Advance(TimeSpan.FromDays(1));
        _ = registry.Current;

        Assert.That((before, logs.Of(EventIds.ModelDeprecated).Count()), Is.EqualTo((0, 1)));
    }

    [Test]
    public void Update_ReplacesTheModelsAndLeavesOldSnapshotsAlone()
    {
        ModelRegistry registry = new([Make.Model("a")]);
        ModelSnapshot before = registry.Current;

        registry.Update([Make.Model("b")]);

        Assert.That(Ids(registry.Current.Models), Is.EqualTo(["b"]));
        Assert.That(Ids(before.Models), Is.EqualTo(["a"]));
        Assert.That(before.Find("a"), Is.Not.Null);
    }

    [Test]
    public void Update_WithContradictions_NamesThemAllAndChangesNothing()
    {
        FakeChatClient client = new();
        ModelEndpoint endpoint = new(client, "own", null, settings: null, ownsClient: true);
        ModelRegistry registry = new([new RoutableModel(Make.Profile("a"), endpoint)]);
        ModelSnapshot before = registry.Current;

        Assert.That(
            () => registry.Update([Make.Model("b", quality: 2), Make.Model("B"), new RoutableModel(Make.Profile("c"), []), Make.Model(Make.Profile("d") with { ReplacedBy = "e" })]),
            Throws.ArgumentException
                .With.Message.Contains("Model 'b':Quality is 2; it must be between 0 and 1.")
                .And.Message.Contains("Model 'B' is registered twice")
                .And.Message.Contains("Model 'c' has no endpoint")
                .And.Message.Contains("Model 'd' leads to the replacement 'e', which is not registered"));

        Assert.That(registry.Current, Is.SameAs(before));
        Assert.That(client.Disposals, Is.Zero);
    }

    [Test]
    public void Update_RetiresEndpointsThatAreGone_AndKeepsTheOthers()
    {
        FakeChatClient gone = new();
        FakeChatClient kept = new();
        ModelEndpoint keptEndpoint = new(kept, "kept", null, settings: null, ownsClient: true);
        ModelRegistry registry = new(
        [
            new RoutableModel(Make.Profile("a"), new ModelEndpoint(gone, "gone", null, settings: null, ownsClient: true)),
            new RoutableModel(Make.Profile("b"), keptEndpoint),
        ]);

        registry.Update([new RoutableModel(Make.Profile("c"), keptEndpoint)]);

        Assert.That((gone.Disposals, kept.Disposals), Is.EqualTo((1, 0)));
    }

    [Test]
    public void Endpoint_InUse_IsDisposedOnceAfterItsLastCall()
    {
        FakeChatClient client = new();
        ModelEndpoint endpoint = new(client, "own", null, settings: null, ownsClient: true);
        ModelRegistry registry = new([new RoutableModel(Make.Profile("a"), endpoint)]);
        endpoint.TryEnter();
        endpoint.TryEnter();

        registry.Update([Make.Model("b")]);
        endpoint.Exit();
        int whileInUse = client.Disposals;
        endpoint.Exit();

        Assert.That((whileInUse, client.Disposals), Is.EqualTo((0, 1)));
        Assert.That(endpoint.InFlight, Is.Zero);
    }

    [Test]
    public void R27_Snapshots_StayWholeWhileModelsAreReplaced()
    {
        ModelRegistry registry = new(Generation(0));

        Parallel.For(0, 2_000, i =>
        {
            if (i % 20 == 0)
            {
                registry.Update(Generation(i));
            }

            ModelSnapshot snapshot = registry.Current;
            string? version = snapshot.Find("a")?.Profile.Version;
            Assert.That(snapshot.Find("b")?.Profile.Version, Is.EqualTo(version), "one snapshot, one generation");
        });

        static RoutableModel[] Generation(int number) =>
            [Make.Model(Make.Profile("a") with { Version = $"{number}" }), Make.Model(Make.Profile("b") with { Version = $"{number}" })];
    }

    private static string[] Ids(IEnumerable<RoutableModel> models) => [.. models.Select(static model => model.Id)];
}
