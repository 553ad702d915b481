using System.Diagnostics.Metrics;
using LlmRouting.Classifiers;
using LlmRouting.Diagnostics;
using LlmRouting.Onnx.Classifiers;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Tests.Inference;
using LlmRouting.Onnx.Tests.Models;
using LlmRouting.Onnx.Tests.Native;
using LlmRouting.Onnx.Tokenization;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Onnx.Tests.Classifiers;

public sealed class OnnxClassifierTests
{
    private static readonly string[] Levels = ["easy", "medium", "hard"];
    private static readonly float[] Easy = [9f, 0f, 0f];
    private static readonly float[] Hard = [0f, 0f, 9f];

    private TemporaryFolder _folder = null!; // set before each test
    private ManualTimeProvider _time = null!;
    private RecordedLog _log = null!;

    [SetUp]
    public void CreateFolder()
    {
        _ = RuntimeNeeded.Load();
        _folder = new();
        _time = new();
        _log = new();
    }

    [TearDown]
    public void DeleteFolder()
    {
        _log?.Dispose();
        _folder?.Dispose();
    }

    [Test]
    public async Task Classify_GivesLabelComplexityAndConfidence()
    {
        Write(Hard);
        using OnnxClassifier classifier = Create();
        await classifier.WarmUpAsync();

        Classification answer = await classifier.ClassifyAsync(Request("text"), CancellationToken.None);

        Assert.That(answer.Label, Is.EqualTo("hard"));
        Assert.That(answer.Confidence, Is.GreaterThan(0.99));
        Assert.That(answer.Complexity, Is.EqualTo(0.85).Within(1e-3));
        Assert.That(answer.Source, Is.EqualTo("onnx"));
        Assert.That(classifier.Status, Is.EqualTo(new OnnxClassifierStatus(true, Path.Combine(_folder.Path, "model.onnx"), OnnxDevice.Cpu, null, null, 0, CircuitState.Closed)));
    }

    [Test]
    public async Task Chain_GoesOnToTheHeuristic_WhenThereIsNoModel()
    {
        using OnnxClassifier classifier = Create();
        ClassifierChain chain = new([classifier, new HeuristicClassifier()]);
        RoutingRequest request = Request("Say hello.");

        Classification answer = await chain.ClassifyAsync(request, CancellationToken.None);

        Assert.That(answer.Source, Is.EqualTo("heuristic"));
        Assert.That(() => classifier.WarmUpAsync(), Throws.TypeOf<OnnxRuntimeException>());
        Assert.That(classifier.Status.IsReady, Is.False);
        Assert.That(classifier.Status.Error, Does.Contain("holds no model.onnx"));
        Assert.That(_log.Lines, Has.Some.Contains("could not be loaded"));
    }

    [Test]
    public async Task Load_IsTriedAgain_AfterAWhile()
    {
        using OnnxClassifier classifier = Create();
        await AssertLoadFails(classifier);
        Write(Hard);

        Classification early = await classifier.ClassifyAsync(Request("text"), CancellationToken.None);
        Assert.That(classifier.Status.IsReady, Is.False);
        _time.Advance(TimeSpan.FromSeconds(31));
        Classification first = await classifier.ClassifyAsync(Request("text"), CancellationToken.None);
        await classifier.WarmUpAsync();

        Assert.That((early.Confidence, first.Confidence), Is.EqualTo((0, 0)));
        Assert.That((await classifier.ClassifyAsync(Request("text"), CancellationToken.None)).Label, Is.EqualTo("hard"));
    }

    [Test]
    public async Task Failures_OpenTheBreaker_WhichClosesAgain()
    {
        Write([float.NaN, 0f, 0f]);
        using OnnxClassifier classifier = Create();
        await classifier.WarmUpAsync();

        for (int i = 0; i < 3; i++)
        {
            Assert.That((await classifier.ClassifyAsync(Request("secret"), CancellationToken.None)).Confidence, Is.Zero);
        }

        Assert.That(classifier.Status.Circuit, Is.EqualTo(CircuitState.Open));
        int lines = _log.Lines.Count;
        await classifier.ClassifyAsync(Request("secret"), CancellationToken.None);
        Assert.That(_log.Lines, Has.Count.EqualTo(lines), "nothing was tried");
        Assert.That(_log.Lines, Has.None.Contains("secret"));

        Write(Hard);
        await classifier.ReloadAsync();
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.That((await classifier.ClassifyAsync(Request("text"), CancellationToken.None)).Label, Is.EqualTo("hard"));
        Assert.That(classifier.Status.Circuit, Is.EqualTo(CircuitState.Closed));
    }

    [Test]
    public async Task Deadline_MakesItAbstain()
    {
        Write(Hard);
        SlowTokenizer tokenizer = new(HuggingFaceTokenizer.Load(_folder.Path), () => _time.Advance(TimeSpan.FromMilliseconds(60)));
        using OnnxClassifier classifier = new(Settings() with { Timeout = TimeSpan.FromMilliseconds(50) }, tokenizer, _time, _log.CreateLogger<OnnxClassifier>());
        await classifier.WarmUpAsync();

        Classification answer = await classifier.ClassifyAsync(Request("text"), CancellationToken.None);

        Assert.That(answer.Confidence, Is.Zero);
        Assert.That(_log.Lines, Has.Some.Contains("longer than it may"));
    }

    [Test]
    public async Task ReplacedModel_ServesAfterAReload_AndTheOldOneUntilThen()
    {
        Write(Easy);
        using OnnxClassifier classifier = Create();
        await classifier.WarmUpAsync();

        Write(Hard);
        Classification before = await classifier.ClassifyAsync(Request("text"), CancellationToken.None);
        await classifier.ReloadAsync();
        Classification after = await classifier.ClassifyAsync(Request("text"), CancellationToken.None);

        Assert.That((before.Label, after.Label), Is.EqualTo(("easy", "hard")));
    }

    [Test]
    public async Task ModelReplacedByABrokenOne_StaysTheOldOne()
    {
        Write(Easy);
        using OnnxClassifier classifier = Create();
        await classifier.WarmUpAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "model.onnx"), "half a mod");

        Assert.That(() => classifier.ReloadAsync(), Throws.TypeOf<OnnxRuntimeException>());
        Assert.That((await classifier.ClassifyAsync(Request("text"), CancellationToken.None)).Label, Is.EqualTo("easy"));
        Assert.That(classifier.Status, Has.Property("IsReady").True.And.Property("Error").Contains("ONNX Runtime says"));
    }

    [Test]
    public async Task Reload_LetsRequestsUnderWayEndOnTheOldModel()
    {
        Write(Easy);
        OnnxClassifier? classifier = null;
        bool hasReloaded = false;
        SlowTokenizer tokenizer = new(HuggingFaceTokenizer.Load(_folder.Path), () =>
        {
            // The old model has been taken by the request; now it is replaced, and its owner lets go of it.
            if (classifier is { Status.IsReady: true } && !hasReloaded)
            {
                hasReloaded = true;
                Write(Hard);
                classifier.ReloadAsync().GetAwaiter().GetResult();
            }
        });
        using OnnxClassifier created = classifier = new(Settings(), tokenizer);
        await created.WarmUpAsync();

        Classification under = await created.ClassifyAsync(Request("text"), CancellationToken.None);
        Classification next = await created.ClassifyAsync(Request("text"), CancellationToken.None);

        Assert.That(hasReloaded, Is.True);
        Assert.That((under.Label, next.Label), Is.EqualTo(("easy", "hard")));
    }

    [Test]
    public async Task DeviceThatIsMissing_IsOneWarning_AndInTheStatus()
    {
        Write(Hard);
        using OnnxClassifier classifier = new(Settings() with { Session = new() { Device = OnnxDevice.DirectMl } }, null, _time, _log.CreateLogger<OnnxClassifier>());
        await classifier.WarmUpAsync();
        await classifier.ClassifyAsync(Request("text"), CancellationToken.None);

        Assert.That(_log.Lines.Count(static line => line.Contains("cannot be used", StringComparison.Ordinal)), Is.EqualTo(1));
        Assert.That(classifier.Status.Device, Is.EqualTo(OnnxDevice.Cpu));
        Assert.That(classifier.Status.FallbackReason, Does.Contain("DirectMl"));
    }

    [Test]
    public async Task Auto_ThatFindsNothingBetter_IsNoWarning_AndSaysWhatWasPassedOver()
    {
        Write(Hard);
        using OnnxClassifier classifier = new(Settings() with { Session = new() { Device = OnnxDevice.Auto } }, null, _time, _log.CreateLogger<OnnxClassifier>());
        await classifier.WarmUpAsync();

        Assert.That(_log.Lines, Has.None.Contains("cannot be used"));
        Assert.That(_log.Lines, Has.One.Contains($"runs on {classifier.Status.Device}; {classifier.Status.FallbackReason ?? "nothing was passed over"}"));

        // What Auto passed over on its way is named, each with its reason.
        OnnxDevice[] order = [OnnxDevice.Cuda, OnnxDevice.DirectMl, OnnxDevice.CoreMl, OnnxDevice.WebGpu];
        foreach (OnnxDevice device in order.TakeWhile(device => device != classifier.Status.Device))
        {
            Assert.That(classifier.Status.FallbackReason, Does.Contain($"{device}: "));
        }
    }

    [Test]
    public async Task DeviceThatIsRequiredAndMissing_LoadsNoModel_AndTheRequestGoesOn()
    {
        Write(Hard);
        OnnxDevice foreign = OperatingSystem.IsWindows() ? OnnxDevice.CoreMl : OnnxDevice.DirectMl;
        using OnnxClassifier classifier = new(
            Settings() with { Session = new() { Device = foreign, RequireDevice = true } }, null, _time, _log.CreateLogger<OnnxClassifier>());

        await Assert.ThatAsync(() => classifier.WarmUpAsync(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("required"));
        Classification answer = await classifier.ClassifyAsync(Request("text"), CancellationToken.None);

        Assert.That(answer.Confidence, Is.Zero);
        Assert.That(classifier.Status, Has.Property("IsReady").False.And.Property("Device").Null.And.Property("Error").Contains($"{foreign}: the native library was not built with it"));
    }

    [Test]
    [Description("R24 requests of which only a part was read are counted.")]
    public async Task Truncation_IsCounted()
    {
        Write(Hard);
        using Meter meter = new("test");
        long counted = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter, meter) && instrument.Name == "llm.routing.classifier.truncations")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => counted += value);
        listener.Start();
        using OnnxClassifier classifier = new(Settings() with { MaxTokens = 8 }, null, null, null, new RoutingMetrics(meter));
        await classifier.WarmUpAsync();

        await classifier.ClassifyAsync(Request("one two three four five six seven eight nine ten"), CancellationToken.None);
        await classifier.ClassifyAsync(Request("one"), CancellationToken.None);

        Assert.That((counted, classifier.Status.Truncations), Is.EqualTo((1, 1)));
    }

    [Test]
    public async Task RequestWithoutText_IsNotClassified()
    {
        Write(Hard);
        using OnnxClassifier classifier = Create();
        await classifier.WarmUpAsync();

        Assert.That((await classifier.ClassifyAsync(Request(" "), CancellationToken.None)).Confidence, Is.Zero);
    }

    [Test]
    public async Task Disposed_Abstains()
    {
        Write(Hard);
        OnnxClassifier classifier = Create();
        await classifier.WarmUpAsync();

        classifier.Dispose();
        classifier.Dispose();

        Assert.That((await classifier.ClassifyAsync(Request("text"), CancellationToken.None)).Confidence, Is.Zero);
    }

    private static RoutingRequest Request(string text) => new([new ChatMessage(ChatRole.User, text)]);

    private static async Task AssertLoadFails(OnnxClassifier classifier)
    {
        try
        {
            await classifier.WarmUpAsync();
            Assert.Fail("There is no model.");
        }
        catch (OnnxRuntimeException)
        {
        }
    }

    private OnnxClassifierSettings Settings() => new()
    {
        ModelPath = _folder.Path,
        Session = new() { Device = OnnxDevice.Cpu, Threads = 1 },
        Timeout = TimeSpan.FromMinutes(1),
    };

    private OnnxClassifier Create() => new(Settings(), null, _time, _log.CreateLogger<OnnxClassifier>());

    private void Write(float[] logits) => ModelFolder.Write(_folder.Path, ModelFolder.Constant(logits), Levels);
}
