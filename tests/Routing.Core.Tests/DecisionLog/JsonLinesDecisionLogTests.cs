using System.Text.Json;
using LlmRouting.Core.Tests.Diagnostics;
using LlmRouting.Core.Tests.Support;
using LlmRouting.DecisionLog;
using LlmRouting.Diagnostics;
using LlmRouting.Execution;
using LlmRouting.Learning;
using LlmRouting.Pipeline;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.DecisionLog;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class JsonLinesDecisionLogTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingLoggerFactory _logs = new();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _logs.Dispose();
    }

    [Test]
    [Description("S20 every decision is logged; nothing is lost on a clean stop")]
    public async Task Dispose_WritesEveryRecord([Values] bool streaming)
    {
        using (JsonLinesDecisionLog log = Create())
        using (RoutingChatClient client = Client(log, new FakeChatClient()))
        {
            for (int i = 0; i < 200; i++)
            {
                await client.AskAsync(streaming);
            }
        }

        string[] lines = _folder.Lines;
        Assert.That(lines, Has.Length.EqualTo(200));
        Assert.That(lines.Select(static line => DecisionRecordReader.Read(line).Id).Distinct().Count(), Is.EqualTo(200));
    }

    [Test]
    [Description("S20 parallel requests: back-pressure loses none")]
    public async Task WaitMode_LosesNothingWithAQueueOfOne()
    {
        using JsonLinesDecisionLog log = Create(static settings => settings with { Capacity = 1, WhenFull = DecisionLogFullMode.Wait });
        using RoutingChatClient client = Client(log, new FakeChatClient());

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await client.GetResponseAsync(Pool.Hello);
            }
        })));
        log.Dispose();

        Assert.That((_folder.Lines.Length, log.Written, log.Dropped), Is.EqualTo((800, 800L, 0L)));
    }

    [Test]
    public void DecisionQueue_DropsWhatFindsNoRoom()
    {
        DecisionQueue queue = new(capacity: 4, waits: false);

        bool[] added = [.. Enumerable.Range(0, 6).Select(_ => queue.TryAdd(default))];
        int taken = queue.Take(new DecisionLogEntry[16], out _);

        Assert.That(added, Is.EqualTo(new[] { true, true, true, true, false, false }));
        Assert.That((taken, queue.TryAdd(default)), Is.EqualTo((4, true)));
    }

    [Test]
    [Description("S20 dropped records are counted and warned of")]
    public async Task DropMode_CountsWhatComesAfterTheEnd()
    {
        JsonLinesDecisionLog log = Create();
        using RoutingChatClient client = Client(log, new FakeChatClient());
        await client.GetResponseAsync(Pool.Hello);
        log.Dispose();

        ChatResponse late = await client.GetResponseAsync(Pool.Hello);

        Assert.That(late.Text, Is.Not.Empty);
        Assert.That((_folder.Lines.Length, log.Written, log.Dropped), Is.EqualTo((1, 1L, 1L)));
    }

    [Test]
    [Description("S20 what is logged is in the file after the flush interval, so that a crash loses no more")]
    public async Task Timer_WritesWithoutBeingAsked()
    {
        using JsonLinesDecisionLog log = Create();
        using RoutingChatClient client = Client(log, new FakeChatClient());
        await client.GetResponseAsync(Pool.Hello);

        _time.Advance(TimeSpan.FromSeconds(1));

        await Task.Run(() => log.AwaitFlush(1)).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_folder.Lines, Has.Length.EqualTo(1));
        Assert.That(log.CurrentFile, Is.EqualTo(_folder.Files.Single()));
    }

    [Test]
    public async Task Rotation_BeginsAFileEachDay()
    {
        using JsonLinesDecisionLog log = Create();
        using RoutingChatClient client = Client(log, new FakeChatClient());
        await client.GetResponseAsync(Pool.Hello);
        log.Flush();

        _time.Advance(TimeSpan.FromDays(1));
        await client.GetResponseAsync(Pool.Hello);
        log.Flush();

        string[] days = [.. _folder.Files.Select(static file => Path.GetFileName(file).Split('-')[1])];
        Assert.That(days, Is.EqualTo(new[] { $"{_time.GetUtcNow().AddDays(-1):yyyyMMdd}", $"{_time.GetUtcNow():yyyyMMdd}" }));
    }

    [Test]
    public async Task Rotation_KeepsFilesWithinTheirSizeAndNumber()
    {
        using (JsonLinesDecisionLog log = Create(static settings => settings with { MaxFileBytes = 8_000, MaxFiles = 3 }))
        using (RoutingChatClient client = Client(log, new FakeChatClient()))
        {
            for (int i = 0; i < 60; i++)
            {
                await client.GetResponseAsync(Pool.Hello);
            }
        }

        string[] files = _folder.Files;
        Assert.That(files, Has.Length.EqualTo(3));
        Assert.That(files.Select(static file => new FileInfo(file).Length), Has.All.LessThanOrEqualTo(8_000).And.All.GreaterThan(0));
        Assert.That(_folder.Lines.Select(static line => DecisionRecordReader.Read(line).Result), Has.All.EqualTo("answered"));
    }

    [Test]
    [Description("S20: retention deletes the log's own files and nothing that is only named like them")]
    public async Task Retention_LeavesFilesOfOthersAlone()
    {
        string folder = Path.GetDirectoryName(_folder.Log)!;
        Directory.CreateDirectory(folder);
        string[] others =
        [
            "decisions-eu-20261121-9f3c01ab-0001.jsonl", "decisions-20261121-report.jsonl", "decisions-20261121-9f3c01ab-0001.jsonl.bak", "decisions.jsonl",
            "decisions-2026112-9f3c01ab-0001.jsonl", "old-decisions-20261121-9f3c01ab-0001.jsonl",
        ];
        foreach (string name in others)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), "{}");
        }

        string own = Path.Combine(folder, "decisions-20261121-9f3c01ab-0001.jsonl");
        await File.WriteAllTextAsync(own, "{}");
        using (JsonLinesDecisionLog log = Create(static settings => settings with { MaxFiles = 1 }))
        using (RoutingChatClient client = Client(log, new FakeChatClient()))
        {
            await client.GetResponseAsync(Pool.Hello);
        }

        Assert.That(others.Where(name => !File.Exists(Path.Combine(folder, name))), Is.Empty);
        Assert.That(File.Exists(own), Is.False, "the file of an earlier process is one of the log's own");
    }

    [Test]
    [Description("S20: a logger or a listener that throws ends neither the log's thread nor the process")]
    public async Task ListenersThatThrow_CostNoRecord()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "logs"), "");
        using MetricRecorder meters = new();
        RoutingMetrics metrics = RoutingMetrics.For(meters);
        using System.Diagnostics.Metrics.MeterListener broken = new();
        broken.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == MetricNames.DecisionLogRecords)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        broken.SetMeasurementEventCallback<long>((instrument, _, _, _) =>
        {
            // Other tests' meters have instruments of this name too.
            if (instrument.Meter == meters.Meter)
            {
                throw new InvalidOperationException("broken listener");
            }
        });
        broken.Start();
        using JsonLinesDecisionLog log = new(new DecisionLogSettings { Path = _folder.Log }, _time, new BrokenLogger(), metrics);
        using RoutingChatClient client = Client(log, new FakeChatClient());
        await client.GetResponseAsync(Pool.Hello);
        log.Flush();

        File.Delete(Path.Combine(_folder.Path, "logs"));
        await client.GetResponseAsync(Pool.Hello);
        log.Flush();

        Assert.That((log.Lost, log.Written, _folder.Lines.Length), Is.EqualTo((1L, 1L, 1)));
    }

    [Test]
    public async Task TwoLogs_NeverWriteOneFile()
    {
        using (JsonLinesDecisionLog first = Create(static settings => settings with { MaxFiles = 1 }))
        using (JsonLinesDecisionLog second = Create(static settings => settings with { MaxFiles = 1 }))
        {
            using RoutingChatClient one = Client(first, new FakeChatClient());
            using RoutingChatClient other = Client(second, new FakeChatClient());
            await one.GetResponseAsync(Pool.Hello);
            first.Flush();
            await other.GetResponseAsync(Pool.Hello);
            second.Flush();
            await one.GetResponseAsync(Pool.Hello);
        }

        // One file too many: the retention of one log must not delete what the other still writes.
        Assert.That(_folder.Files.Select(static file => File.ReadAllLines(file).Length), Is.EquivalentTo(new[] { 2, 1 }));
    }

    [Test]
    [Description("S20 a log that cannot be written never fails a request, and is reported once")]
    public async Task UnwritableFolder_CostsRecordsAndNoRequest()
    {
        // A file stands where the folder should be.
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "logs"), "");
        using JsonLinesDecisionLog log = Create();
        using RoutingChatClient client = Client(log, new FakeChatClient());

        for (int i = 0; i < 3; i++)
        {
            Assert.That((await client.GetResponseAsync(Pool.Hello)).Text, Is.Not.Empty);
            log.Flush();
        }

        Assert.That((log.Lost, _logs.Of(EventIds.DecisionLogFailed).Count()), Is.EqualTo((3L, 1)));

        File.Delete(Path.Combine(_folder.Path, "logs"));
        await client.GetResponseAsync(Pool.Hello);
        log.Flush();

        Assert.That((log.Written, _logs.Of(EventIds.DecisionLogRecovered).Count()), Is.EqualTo((1L, 1)));
    }

    [Test]
    [Description("S20 a full disk: requests go on, it is said once, what is lost is counted exactly, and writing resumes by itself")]
    public async Task FullDisk_CostsTheRecordsOfItsTimeAndNothingElse([Values(0, 100)] int lastBytes, [Values] bool saysSoLate)
    {
        CrowdedDisk disk = new() { LastBytes = lastBytes, SaysSoLate = saysSoLate };
        using JsonLinesDecisionLog log = Create(static settings => settings with { MaxFiles = 3 }, disk);
        using RoutingChatClient client = Client(log, new FakeChatClient());
        await AskAsync(client, log, 1);

        disk.IsFull = true;
        await AskAsync(client, log, 20);

        Assert.That((log.Written, log.Lost), Is.EqualTo((1L, 20L)));
        Assert.That(_logs.Of(EventIds.DecisionLogFailed).Single(), Does.Contain("IOException"));
        Assert.That(_folder.Lines.Select(static line => DecisionRecordReader.Read(line).Result), Is.EqualTo(new[] { "answered" }), "what was written stays, and nothing half-written beside it");
        Assert.That(_folder.Files, Has.Length.EqualTo(1), "no empty file for each try");

        disk.IsFull = false;
        await AskAsync(client, log, 2);

        Assert.That((log.Written, log.Lost), Is.EqualTo((3L, 20L)));
        Assert.That(_folder.Lines.Select(static line => DecisionRecordReader.Read(line).Result), Is.EqualTo(new[] { "answered", "answered", "answered" }));
        Assert.That(_logs.Of(EventIds.DecisionLogRecovered).Single(), Does.Contain("20 records are lost so far"));
    }

    [Test]
    [Description("S20 a disk that is full when the next file begins")]
    public async Task FullDisk_AtANewFile_KeepsTheOldOnes()
    {
        CrowdedDisk disk = new();
        using JsonLinesDecisionLog log = Create(static settings => settings with { MaxFiles = 3 }, disk);
        using RoutingChatClient client = Client(log, new FakeChatClient());
        for (int day = 0; day < 3; day++)
        {
            await AskAsync(client, log, 1);
            _time.Advance(TimeSpan.FromDays(1));
        }

        disk.IsFull = true;
        await AskAsync(client, log, 20);

        // Room is made for the new file, as ever, but only for one.
        Assert.That((_folder.Files.Length, _folder.Lines.Length, log.Lost), Is.EqualTo((2, 2, 20L)));
        Assert.That(disk.Opened, Is.GreaterThan(20), "it is tried again each time");
    }

    [Test]
    [Description("S20 a crash cuts the last line at most, and readers bear it")]
    public async Task Reader_PassesOverALineThatWasCutOff()
    {
        using (JsonLinesDecisionLog log = Create())
        using (RoutingChatClient client = Client(log, new FakeChatClient()))
        {
            await client.GetResponseAsync(Pool.Hello);
            await client.GetResponseAsync(Pool.Hello);
        }

        string path = _folder.Files.Single();
        string text = await File.ReadAllTextAsync(path);
        await File.WriteAllTextAsync(path, text[..^40]);
        DecisionLogReader reader = new(path);

        int records = reader.Read().Count();

        Assert.That((records, reader.IsCut, reader.Errors.Count), Is.EqualTo((1, true, 0)));
    }

    [Test]
    public async Task Reader_NamesALineThatIsNoRecord()
    {
        string path = Path.Combine(_folder.Path, "other.jsonl");
        await File.WriteAllTextAsync(path, "{\"v\":2}\nsecret text\n");
        DecisionLogReader reader = new(path);

        int records = reader.Read().Count();

        Assert.That((records, reader.IsCut), Is.EqualTo((0, false)));
        Assert.That(reader.Errors, Has.Count.EqualTo(2).And.None.Contains("secret"));
        Assert.That(reader.Errors[0], Does.StartWith("other.jsonl:1:").And.Contains("version 2"));
    }

    [Test]
    [Description("S18 no text, no ids; ids as keyed hashes on demand")]
    public async Task Records_HoldNoTextAndNoIds([Values] bool hashesIds, [Values] bool fails)
    {
        FakeChatClient model = fails
            ? FakeChatClient.Throwing(static () => new InvalidOperationException("secret-exception"))
            : new FakeChatClient("secret-answer");
        using (JsonLinesDecisionLog log = Create(settings => settings with { IdKey = hashesIds ? "0123456789abcdef" : null, CaptureFeatures = true }))
        using (RoutingChatClient client = Client(log, model))
        {
            ChatOptions options = new ChatOptions { Instructions = "secret-instructions" }.WithRouting(static hints =>
            {
                hints.ConversationId = "secret-conversation";
                hints.UserId = "secret-user";
                hints.BudgetScope = "secret-tenant";
                hints.Metadata = new Dictionary<string, string> { ["secret-key"] = "secret-value" };
            });
            try
            {
                await client.GetResponseAsync([new(ChatRole.User, "secret-question")], options);
            }
            catch (RouteFailedException) when (fails)
            {
                // Its record is what the test is about.
            }
        }

        string line = _folder.Lines.Single();
        Assert.That(line, Does.Not.Contain("secret"));
        JsonElement inputs = JsonDocument.Parse(line).RootElement.GetProperty("inputs");
        Assert.That(inputs.TryGetProperty("conversation", out JsonElement hash), Is.EqualTo(hashesIds));
        Assert.That(hashesIds ? hash.GetString()!.Length : 24, Is.EqualTo(24));
        Assert.That(hashesIds ? new[] { "conversation", "user", "tenant" }.Select(id => inputs.GetProperty(id).GetString()).Distinct().Count() : 3, Is.EqualTo(3));
    }

    [Test]
    [Description("S18 captured features are those that a router is trained on")]
    public async Task CaptureFeatures_WritesWhatTheHasherMakesOfTheLastMessage()
    {
        const string Text = "How do I return two of the five lamps?";
        using (JsonLinesDecisionLog log = Create(static settings => settings with { CaptureFeatures = true }))
        using (RoutingChatClient client = Client(log, new FakeChatClient()))
        {
            await client.GetResponseAsync([new(ChatRole.User, Text)]);
        }

        JsonElement hashed = JsonDocument.Parse(_folder.Lines.Single()).RootElement.GetProperty("hashed");
        HashedFeatures expected = new FeatureHasher().Hash(Text);
        Assert.That(hashed.GetProperty("indices").EnumerateArray().Select(static item => item.GetInt32()), Is.EqualTo(expected.Indices));
        Assert.That(hashed.GetProperty("counts").EnumerateArray().Select(static item => item.GetInt32()), Is.EqualTo(expected.Counts));
        Assert.That(hashed.GetProperty("dense").EnumerateArray().Select(static item => item.GetSingle()), Is.EqualTo(expected.Dense));
        Assert.That(hashed.GetProperty("version").GetInt32(), Is.EqualTo(FeatureHasher.FeatureVersion));
    }

    [Test]
    public void Settings_SayEverythingThatIsWrong()
    {
        DecisionLogSettings settings = new()
        {
            Path = "",
            MaxFileBytes = 1,
            MaxFiles = 0,
            Capacity = 0,
            FlushInterval = TimeSpan.Zero,
            WhenFull = (DecisionLogFullMode)7,
            IdKey = "short",
        };

        Assert.That(settings.FindErrors().Count(), Is.EqualTo(7));
        Assert.That(
            () => new JsonLinesDecisionLog(settings),
            Throws.ArgumentException.With.Message.Contains("DecisionLog:Capacity is 0; it must be between 1 and 1048576.").And.Message.Not.Contains("short"));
    }

    [Test]
    [Description("S21 off costs nothing, on at most 1 KB a request on the thread that asks")]
    public async Task Log_AllocatesAtMostOneKilobyteForARequest()
    {
        RoutableModel[] models = Make.Ladder();
        using RoutingChatClient off = new RoutingPipeline { Models = models }.Build();
        using JsonLinesDecisionLog log = Create(static settings => settings with { Capacity = 100_000, FlushInterval = TimeSpan.FromHours(1) });
        using RoutingChatClient on = new RoutingPipeline { Models = models, Observers = [log] }.Build();

        long without = await MeasureAsync(off);
        long with = await MeasureAsync(on);

        Assert.That(with - without, Is.InRange(1, 1_024));
    }

    [Test]
    [Description("S20: a path that can be none is an error at the start, not a lost record each time")]
    public void Path_ThatCanBeNone_IsAnError() =>
        Assert.That(new DecisionLogSettings { Path = "logs/a\0b.jsonl" }.FindErrors(), Has.One.Contains("DecisionLog:Path has a character that no path may have"));

    private static async Task<long> MeasureAsync(RoutingChatClient client)
    {
        const int Calls = 500;
        ChatMessage[] messages = Pool.Hello;
        for (int i = 0; i < Calls; i++)
        {
            await client.GetResponseAsync(messages);
        }

        // The fakes answer at once, so the thread stays the same.
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Calls; i++)
        {
            await client.GetResponseAsync(messages);
        }

        return (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    // One flush for each request: without it a batch is written as one.
    private static async Task AskAsync(RoutingChatClient client, JsonLinesDecisionLog log, int requests)
    {
        for (int i = 0; i < requests; i++)
        {
            Assert.That((await client.GetResponseAsync(Pool.Hello)).Text, Is.Not.Empty);
            log.Flush();
        }
    }

    private JsonLinesDecisionLog Create(Func<DecisionLogSettings, DecisionLogSettings>? change = null, CrowdedDisk? disk = null)
    {
        DecisionLogSettings settings = new() { Path = _folder.Log };
        return new JsonLinesDecisionLog(
            change?.Invoke(settings) ?? settings, _time, _logs.CreateLogger<JsonLinesDecisionLog>(), RoutingMetrics.Shared, disk is null ? null : disk.Create);
    }

    private RoutingChatClient Client(JsonLinesDecisionLog log, IChatClient model)
    {
        RoutingPipeline pipeline = Pool.Pipeline(new ExecutionSettings(), model);
        pipeline.Observers = [log];
        pipeline.TimeProvider = _time;
        return pipeline.Build();
    }

    private sealed class BrokenLogger : ILogger<JsonLinesDecisionLog>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new InvalidOperationException("broken logger");
    }
}
