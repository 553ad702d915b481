using System.Collections.Immutable;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tests.Models;
using LlmRouting.Onnx.Tests.Native;
using LlmRouting.Onnx.Tokenization;
using LlmRouting.Testing;

namespace LlmRouting.Onnx.Tests.Inference;

public sealed class OnnxTextClassifierTests
{
    private static readonly string[] Levels = ["easy", "medium", "hard"];
    private static readonly string[] Texts =
    [
        "What is the capital of Greece?", "Αθήνα καλημέρα", "", "prove that the model of the request is small",
        string.Join(' ', Enumerable.Repeat("a longer request about many words", 6)),
    ];

    private TemporaryFolder _folder = null!; // set before each test

    [SetUp]
    public void CreateFolder()
    {
        _ = RuntimeNeeded.Load();
        _folder = new();
    }

    [TearDown]
    public void DeleteFolder() => _folder?.Dispose();

    [Test]
    [Description("The logits are those of the same transformer in plain loops: 1e-4.")]
    public void Session_GivesTheLogitsOfTheReference(
        [Values] bool isNarrow, [Values] bool isHalf, [Values] bool hasTypes)
    {
        RandomBert model = ModelFolder.Bert();
        byte[] bytes = BertGraph.Write(
            model,
            inputType: isNarrow ? OrtElementType.Int32 : OrtElementType.Int64,
            outputType: isHalf ? OrtElementType.Float16 : OrtElementType.Float,
            hasTypes: hasTypes);
        ModelFolder.Write(_folder.Path, bytes, Levels);
        TokenEncoder encoder = new(HuggingFaceTokenizer.Load(_folder.Path), new() { MaxTokens = model.Positions });
        EncodedText[] rows = [.. Texts.Select(text => encoder.Encode(text))];
        using EncoderSession session = Open(rows[0]);
        EncoderBatch batch = session.Rent();

        // All at once, so that the shorter rows are padded, and then each alone.
        session.Run(batch, rows, Timeout.InfiniteTimeSpan, CancellationToken.None);
        float[] together = batch.Result.As<float>().ToArray();
        for (int i = 0; i < rows.Length; i++)
        {
            session.Run(batch, [rows[i]], Timeout.InfiniteTimeSpan, CancellationToken.None);
            float[] expected = BertReference.Logits(model, rows[i].Ids);
            float tolerance = isHalf ? 2e-3f : 1e-4f; // a half has eleven bits

            Assert.That(batch.Result.As<float>().ToArray(), Is.EqualTo(expected).Within(tolerance), $"alone, row {i}");
            Assert.That(together[(i * 3)..((i * 3) + 3)], Is.EqualTo(expected).Within(tolerance), $"in a batch, row {i}");
        }

        session.Return(batch);
    }

    [Test]
    [Description("The same logits on a card, where there is one; a software driver of Vulkan will do for WebGPU.")]
    public void Session_GivesTheLogitsOfTheReference_OnADevice([Values(OnnxDevice.Cuda, OnnxDevice.DirectMl, OnnxDevice.CoreMl, OnnxDevice.WebGpu)] OnnxDevice device)
    {
        RandomBert model = ModelFolder.Bert();
        ModelFolder.Write(_folder.Path, BertGraph.Write(model), Levels);
        TokenEncoder encoder = new(HuggingFaceTokenizer.Load(_folder.Path), new() { MaxTokens = model.Positions });
        EncodedText[] rows = [.. Texts.Select(text => encoder.Encode(text))];
        using EncoderSession? session = OpenOn(device, rows[0], out string? problem);
        if (session is null)
        {
            Assert.Ignore($"There is no {device} here: {problem}");
        }

        EncoderBatch batch = session.Rent();
        session.Run(batch, rows, Timeout.InfiniteTimeSpan, CancellationToken.None);

        float[] together = batch.Result.As<float>().ToArray();
        for (int i = 0; i < rows.Length; i++)
        {
            Assert.That(together[(i * 3)..((i * 3) + 3)], Is.EqualTo(BertReference.Logits(model, rows[i].Ids)).Within(1e-3), $"row {i}"); // cards round otherwise
        }

        session.Return(batch);
    }

    [Test]
    public async Task Classify_GivesTheProbabilitiesOfTheReference([Values(0.5, 1, 3)] double temperature)
    {
        RandomBert model = ModelFolder.Bert();
        ModelFolder.Write(_folder.Path, BertGraph.Write(model), Levels, positions: model.Positions);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path, Temperature = temperature });
        TokenEncoder encoder = new(HuggingFaceTokenizer.Load(_folder.Path), new() { MaxTokens = model.Positions });
        float[] probabilities = new float[3];
        foreach (string text in Texts)
        {
            using EncodedText row = encoder.Encode(text);
            double[] powers = [.. BertReference.Logits(model, row.Ids).Select(logit => Math.Exp(logit / temperature))];
            double[] expected = [.. powers.Select(power => power / powers.Sum())];

            OnnxTextClassification answer = (await classifier.ClassifyAsync(text, probabilities))!.Value; // nobody waits

            Assert.That(probabilities, Is.EqualTo(expected).Within(1e-4));
            Assert.That(answer.Label, Is.EqualTo(Levels[Array.IndexOf(expected, expected.Max())]));
            Assert.That(answer.Confidence, Is.EqualTo(expected.Max()).Within(1e-4));
            Assert.That(answer.Complexity, Is.EqualTo((0.15 * expected[0]) + (0.5 * expected[1]) + (0.85 * expected[2])).Within(1e-4));
        }
    }

    [Test]
    [Description("R24 what is too long is cut at its middle and counted.")]
    public async Task Classify_ReadsHeadAndTailOfWhatIsTooLong_AndCountsIt()
    {
        RandomBert model = ModelFolder.Bert(positions: 16);
        ModelFolder.Write(_folder.Path, BertGraph.Write(model), Levels, positions: 16);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path });
        string text = string.Join(' ', Enumerable.Range(0, 400));

        OnnxTextClassification? cut = await classifier.ClassifyAsync(text);
        OnnxTextClassification? whole = await classifier.ClassifyAsync("short");

        Assert.That(cut!.Value.IsTruncated, Is.True);
        Assert.That(whole!.Value.IsTruncated, Is.False);
        Assert.That(classifier.Truncations, Is.EqualTo(1));
        Assert.That(classifier.MaxTokens, Is.EqualTo(16));
    }

    [Test]
    [Description("At most 1 KB of managed memory a classification.")]
    public void Classify_AllocatesLessThanAKilobyte()
    {
        RandomBert model = ModelFolder.Bert();
        ModelFolder.Write(_folder.Path, BertGraph.Write(model), Levels, positions: model.Positions);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path });
        const int Runs = 100;
        Classify(Runs);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Classify(Runs);
        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Runs;

        TestContext.Out.WriteLine($"{each} bytes a classification");
        Assert.That(each, Is.LessThanOrEqualTo(1024));

        void Classify(int runs)
        {
            for (int i = 0; i < runs; i++)
            {
                ValueTask<OnnxTextClassification?> pending = classifier.ClassifyAsync(Texts[i % Texts.Length]);
                Assert.That(pending.IsCompletedSuccessfully, Is.True);
            }
        }
    }

    [Test]
    public async Task Sigmoid_WeighsTheLabelsThatApply()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([0f, -100f, 100f]), Levels, "multi_label_classification");
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path });
        float[] probabilities = new float[3];

        OnnxTextClassification answer = (await classifier.ClassifyAsync("text", probabilities))!.Value;

        Assert.That(probabilities, Is.EqualTo((float[])[0.5f, 0f, 1f]).Within(1e-6));
        Assert.That(answer.Label, Is.EqualTo("hard"));
        Assert.That(answer.Complexity, Is.EqualTo(((0.5 * 0.15) + 0.85) / 1.5).Within(1e-6));
    }

    [Test]
    public async Task QuantizedModel_IsRunAsItIs()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Quantized(), Levels);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path });
        float[] probabilities = new float[3];
        double[] powers = [1, Math.Exp(6.4), Math.Exp(12.7)];

        await classifier.ClassifyAsync("text", probabilities);

        Assert.That(probabilities, Is.EqualTo(powers.Select(power => power / powers.Sum())).Within(1e-3));
    }

    [Test]
    public async Task HalfModel_IsRunAsItIs()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Half(), Levels);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path });
        float[] probabilities = new float[3];
        double[] powers = [Math.Exp(0.1), Math.Exp(0.2), Math.Exp(0.3)];

        await classifier.ClassifyAsync("text", probabilities);

        Assert.That(probabilities, Is.EqualTo(powers.Select(power => power / powers.Sum())).Within(1e-3)); // a half has eleven bits
        Assert.That(probabilities[0], Is.Not.EqualTo(probabilities[1]).Within(1e-3));
    }

    [TestCase(0.4f, 0.4)]
    [TestCase(7f, 1)]
    [TestCase(-7f, 0)]
    public async Task Regression_IsTheComplexityItself(float number, double expected)
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([number]), ["LABEL_0"]);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path, RegressionConfidence = 0.9 });

        OnnxTextClassification answer = (await classifier.ClassifyAsync("text"))!.Value;

        Assert.That(answer.Complexity, Is.EqualTo(expected).Within(1e-6));
        Assert.That(answer.Confidence, Is.EqualTo(0.9));
    }

    [Test]
    public async Task Labels_OfTheHostGoFirst()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([-100f, 100f]), ["LABEL_0", "hard"]);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path, Labels = ImmutableDictionary.CreateRange(new Dictionary<string, double> { ["label_0"] = 0.2, ["hard"] = 0.6 }) });

        OnnxTextClassification answer = (await classifier.ClassifyAsync("text"))!.Value;

        Assert.That(answer.Complexity, Is.EqualTo(0.6).Within(1e-6));
    }

    [Test]
    [Description("A model that was exported for one row of one length gets that: padded, or cut in the middle, one at a time.")]
    public async Task ModelOfAFixedShape_GetsRowsOfIt()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Counting(rows: 1, length: 16), Levels);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path });
        string text = string.Join(' ', Enumerable.Range(0, 50));

        OnnxTextClassification? cut = await classifier.ClassifyAsync(text);
        OnnxTextClassification?[] together = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => classifier.ClassifyAsync(i % 2 == 0 ? text : "a").AsTask())));

        Assert.That(classifier.MaxTokens, Is.EqualTo(16), "the tokenizer would take more");
        Assert.That(cut!.Value.IsTruncated, Is.True);
        Assert.That(together.Select(static answer => answer!.Value.IsTruncated), Is.EqualTo(Enumerable.Range(0, 20).Select(static i => i % 2 == 0)));
    }

    [Test]
    public void Classify_StopsWhenTheTimeIsOver()
    {
        ManualTimeProvider time = new();
        ModelFolder.Write(_folder.Path, BertGraph.Write(ModelFolder.Bert()), Levels, positions: 64);
        OnnxClassifierSettings settings = new() { ModelPath = _folder.Path, Timeout = TimeSpan.FromMilliseconds(50), Session = Cpu };
        SlowTokenizer tokenizer = new(HuggingFaceTokenizer.Load(_folder.Path), () => time.Advance(TimeSpan.FromMilliseconds(60)));
        using OnnxTextClassifier classifier = OnnxTextClassifier.Load(settings, tokenizer, time);

        Assert.That(() => classifier.ClassifyAsync("text").AsTask(), Throws.TypeOf<TimeoutException>().With.Message.Contains("longer than it may"));
    }

    [Test]
    public void Guard_StopsARunWhoseTimeIsOver_AndLetsTheNextOneGo()
    {
        ManualTimeProvider time = new();
        ModelFolder.Write(_folder.Path, BertGraph.Write(ModelFolder.Bert()), Levels);
        TokenEncoder encoder = new(HuggingFaceTokenizer.Load(_folder.Path));
        using EncodedText row = encoder.Encode("text");
        using EncoderSession session = Open(row, time);
        using EncoderBatch batch = session.Rent();

        batch.Guard.Arm(TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.That(batch.Guard.IsExpired, Is.True);
        batch.Guard.Disarm();
        session.Run(batch, [row], TimeSpan.FromSeconds(1), CancellationToken.None);

        Assert.That(batch.Result.Count, Is.EqualTo(3));
        Assert.That(batch.Guard.IsExpired, Is.False);
    }

    [Test]
    public void Native_RunIsStoppedByItsOptions()
    {
        ModelFolder.Write(_folder.Path, BertGraph.Write(ModelFolder.Bert()), Levels);
        TokenEncoder encoder = new(HuggingFaceTokenizer.Load(_folder.Path));
        using EncodedText row = encoder.Encode("text");
        OrtRuntime runtime = RuntimeNeeded.Load();
        using OrtSession session = SessionOpener.Open(runtime, Path.Combine(_folder.Path, "model.onnx"), Cpu, OnnxDevice.Cpu);
        using RunGuard guard = new(runtime, TimeProvider.System);
        using EncoderBatch batch = new(EncoderInputs.Discover(session, "model"), guard);
        batch.Fill([row]);

        guard.Arm(Timeout.InfiniteTimeSpan);
        guard.Stop();
        Assert.That(() => Run(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("terminate"));
        guard.Disarm();

        Assert.That(() => Run(), Throws.Nothing);

        void Run() => session.Run(batch.Tensors, 0, batch.Result, guard.Options);
    }

    [Test]
    public void Classify_OfACallerWhoHasGivenUp_IsCancelled()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([1f, 0f, 0f]), Levels);
        using OnnxTextClassifier classifier = Load(new() { ModelPath = _folder.Path });

        Assert.That(() => classifier.ClassifyAsync("text", default, new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
    }

    private static OnnxSessionSettings Cpu { get; } = new() { Device = OnnxDevice.Cpu, Threads = 1 };

    private static OnnxTextClassifier Load(OnnxClassifierSettings settings) =>
        OnnxTextClassifier.Load(settings with { Session = Cpu, Timeout = TimeSpan.FromMinutes(1) });

    private EncoderSession? OpenOn(OnnxDevice device, EncodedText warmUp, out string? problem)
    {
        try
        {
            problem = null;
            return EncoderSession.Open(
                Path.Combine(_folder.Path, "model.onnx"), ["logits"], new() { Device = device, RequireDevice = true }, warmUp, static _ => { }, TimeProvider.System);
        }
        catch (OnnxRuntimeException exception)
        {
            problem = exception.Message;
            return null;
        }
    }

    private EncoderSession Open(EncodedText warmUp, TimeProvider? time = null) => EncoderSession.Open(
        Path.Combine(_folder.Path, "model.onnx"), ["logits"], Cpu, warmUp, static _ => { }, time ?? TimeProvider.System);
}
