using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Training;
using LlmRouting.Testing;

namespace LlmRouting.Onnx.Tests.Learned;

[Description("S23 a router's file is replaced while the host runs")]
public sealed class LearnedRouterReloaderTests
{
    private static readonly CandidateSet Both = Learnt.Candidates(("strong", 10m), ("weak", 1m));
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private ManualTimeProvider _time = new();
    private RecordedLog _log = new();
    private string _folder = "";
    private string _path = "";
    private int _writes;

    [SetUp]
    public void CreateFolder()
    {
        _folder = Directory.CreateTempSubdirectory("llm-routing-").FullName;
        _path = Path.Combine(_folder, "router.onnx");
        _time = new ManualTimeProvider();
        _log = new RecordedLog();
    }

    [TearDown]
    public void DeleteFolder()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task ChangedFile_IsUsedFromTheNextLookOn()
    {
        Write(Learnt.With(Learnt.Pair.Value, ("promise", double.PositiveInfinity)));
        using LearnedRouterReloader reloader = Open();

        Write(Learnt.With(Learnt.Pair.Value, ("promise", double.NegativeInfinity)));
        string before = await Ask(reloader);
        _time.Advance(Period);
        string after = await Ask(reloader);

        Assert.That((before, after), Is.EqualTo(("weak", "strong")));
        Assert.That(_log.Lines, Has.Count.EqualTo(1).And.One.Contains("in use"));
    }

    [Test]
    public async Task BadFile_IsReportedOnce_AndTheLastGoodOneStays([Values("damaged", "other models", "no threshold", "embeddings")] string what)
    {
        Write(Learnt.With(Learnt.Pair.Value, ("promise", double.PositiveInfinity)));
        using LearnedRouterReloader reloader = Open();

        switch (what)
        {
            case "damaged":
                Write(File.ReadAllBytes(_path)[..1000]);
                break;
            case "other models":
                Write(Learnt.With(Learnt.Pool.Value, ("promise", 0.5)));
                break;
            case "embeddings":
                Write(Learnt.With(Embedded.Pair.Value, ("promise", 0.3)));
                break;
            default:
                Write(Learnt.Pair.Value);
                break;
        }

        _time.Advance(4 * Period);

        Assert.That(await Ask(reloader), Is.EqualTo("weak"));
        Assert.That(_log.Lines, Has.Count.EqualTo(1).And.One.Contains("last good one stays"));
        Assert.That(_log.Lines[0].Contains("no generator of embeddings", StringComparison.Ordinal), Is.EqualTo(what == "embeddings"));
    }

    [Test]
    public async Task FileThatIsGoodAgain_IsUsed()
    {
        Write(Learnt.With(Learnt.Pair.Value, ("promise", double.PositiveInfinity)));
        using LearnedRouterReloader reloader = Open();
        Write(File.ReadAllBytes(_path)[..1000]);
        _time.Advance(Period);
        File.Delete(_path);
        _time.Advance(Period);

        Write(Learnt.With(Learnt.Pair.Value, ("promise", double.NegativeInfinity)));
        _time.Advance(Period);

        Assert.That(await Ask(reloader), Is.EqualTo("strong"));
        Assert.That(_log.Lines, Has.Count.EqualTo(2), "one report of the damaged file, none of the missing one, one of the good one");
    }

    [Test]
    public void FileThatStays_IsNotLoadedAgain()
    {
        Write(Learnt.With(Learnt.Pair.Value, ("promise", 0.3)));
        using LearnedRouterReloader reloader = Open();

        _time.Advance(10 * Period);

        Assert.That(_log.Lines, Is.Empty);
    }

    [Test]
    public async Task WithoutAPeriod_NothingIsLookedAt()
    {
        Write(Learnt.With(Learnt.Pair.Value, ("promise", double.PositiveInfinity)));
        using LearnedRouterReloader reloader = Open(new() { ReloadPeriod = null });

        Write(Learnt.With(Learnt.Pair.Value, ("promise", double.NegativeInfinity)));
        _time.Advance(10 * Period);

        Assert.That(await Ask(reloader), Is.EqualTo("weak"));
        Assert.That(_time.ActiveTimers, Is.Zero);
    }

    [Test]
    public void Dispose_StopsTheTimer()
    {
        Write(Learnt.With(Learnt.Pair.Value, ("promise", 0.3)));
        LearnedRouterReloader reloader = Open();

        reloader.Dispose();
        reloader.Dispose();

        Assert.That(_time.ActiveTimers, Is.Zero);
    }

    [Test]
    public async Task DecisionsBesideAReplacement_AreWholeOnesOfOneRouter()
    {
        TrainedRouter one = Learnt.With(Learnt.Pair.Value, ("promise", double.PositiveInfinity));
        TrainedRouter other = Learnt.With(Learnt.Pair.Value, ("promise", double.NegativeInfinity));
        var strategy = new LearnedStrategy(one);
        using CancellationTokenSource stop = new();
        Task<int> asking = Task.Run(async () =>
        {
            int asked = 0;
            while (!stop.IsCancellationRequested)
            {
                StrategyVerdict verdict = await strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None);
                Assert.That(verdict.Target, Is.EqualTo("strong").Or.EqualTo("weak"));
                asked++;
            }

            return asked;
        });

        for (int i = 0; i < 200; i++)
        {
            strategy.Replace(i % 2 == 0 ? other : one);
        }

        await stop.CancelAsync();
        Assert.That(async () => await asking, Throws.Nothing);
    }

    [Test]
    public void Open_RefusesAPeriodThatCannotBeMeant()
    {
        Write(Learnt.With(Learnt.Pair.Value, ("promise", 0.3)));

        Assert.That(() => Open(new() { ReloadPeriod = TimeSpan.Zero }), Throws.ArgumentException.With.Message.Contains("ReloadPeriod"));
    }

    private LearnedRouterReloader Open(LearnedStrategySettings? settings = null) => new(LearnedRouterFile.Open(_path, settings), _time, _log);

    private static async Task<string> Ask(LearnedRouterReloader reloader) =>
        (await reloader.Strategy.EvaluateAsync(Learnt.Ask(Learnt.HardText), Both, CancellationToken.None)).Target ?? "";

    private void Write(TrainedRouter router)
    {
        using var stream = new MemoryStream();
        router.Save(stream);
        Write(stream.ToArray());
    }

    // Two writes in one tick of the file system's clock must not look alike.
    private void Write(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        File.SetLastWriteTimeUtc(_path, new DateTime(2026, 1, 1, 0, 0, _writes++, DateTimeKind.Utc));
    }
}
