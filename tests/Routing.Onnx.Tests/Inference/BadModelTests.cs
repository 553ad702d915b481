using System.Collections.Immutable;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Native;
using LlmRouting.Onnx.Tests.Learned;
using LlmRouting.Onnx.Tests.Models;
using LlmRouting.Onnx.Tests.Native;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Onnx.Tests.Inference;

public sealed class BadModelTests
{
    private static readonly string[] Levels = ["easy", "medium", "hard"];
    private static readonly float[] Logits = [1f, 2f, 3f];

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
    public void NoLibrary_NamesThePackages()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);

        Assert.That(Load(new OnnxSessionSettings { LibraryPath = _folder.Path }), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("Microsoft.ML.OnnxRuntime"));
    }

    [Test]
    public void MissingFolder_NamesIt() =>
        Assert.That(
            () => OnnxTextClassifier.Load(new() { ModelPath = "/nowhere/at-all" }),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("/nowhere/at-all").And.Message.Contains("optimum-cli"));

    [Test]
    public void FolderWithoutModel_SaysWhatIsMissing() => Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("holds no model.onnx"));

    [Test]
    public void Router_IsSentToTheVerbsThatUseIt([Values] bool withEmbeddings)
    {
        string file = Path.Combine(_folder.Path, "model.onnx");
        (withEmbeddings ? Embedded.Pair.Value : Learnt.Pair.Value).Save(file);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("AddLearnedRouter"));
        Assert.That(() => OnnxTextClassifier.Load(new() { ModelPath = file }), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("AddLearnedRouter"));
    }

    [Test]
    public void CorruptModel_QuotesTheRuntime()
    {
        ModelFolder.Write(_folder.Path, "no model at all"u8.ToArray(), Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("ONNX Runtime says").And.Message.Contains("model.onnx"));
    }

    [Test]
    public void CutOffModel_QuotesTheRuntime()
    {
        ModelFolder.Write(_folder.Path, BertGraph.Write(ModelFolder.Bert())[..20_000], Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("ONNX Runtime says"));
    }

    [Test]
    public void UnknownInput_IsNamed_WithThoseThatAreKnown()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits, input: "pixel_values"), Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("'pixel_values'").And.Message.Contains("attention_mask"));
    }

    [Test]
    public void InputOfAnotherShape_IsNamed()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits, inputRank: 3), Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("two-dimensional"));
    }

    [Test]
    public void OutputsOfOtherNames_AreListed()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Outputs(OrtElementType.Float, "start_logits", "end_logits"), Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("none of the outputs logits").And.Message.Contains("start_logits: Float[?, 3]; end_logits"));
    }

    [Test]
    public void OutputOfAnotherType_IsNamed()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Outputs(OrtElementType.Int64, "logits"), Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("holds Int64 numbers"));
    }

    [Test]
    public void BatchOfAFixedSize_IsSaid()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Counting(rows: 4, length: -1), Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("4 rows at a time").And.Message.Contains("dynamic batch axis"));
    }

    [Test]
    public void OtherNumberOfLogits_IsSaid()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([1f, 2f]), Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("[1, 2]").And.Message.Contains("3 labels"));
    }

    [Test]
    public void EncoderWithoutHead_IsSaid()
    {
        ModelFolder.Write(_folder.Path, BertGraph.Write(ModelFolder.Bert(), embeds: true), Levels);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("sequence classification"));
    }

    [TestCase(float.NaN, "NaN")]
    [TestCase(float.PositiveInfinity, "Infinity")]
    public void LogitsThatAreNoNumbers_AreAnError(float value, string shown)
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant([1f, value, 2f]), Levels);
        using OnnxTextClassifier classifier = Load()();

        Assert.That(() => classifier.ClassifyAsync("secret"), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains(shown).And.Message.Not.Contains("secret"));
    }

    [Test]
    public void MissingTokenizer_NamesItsFiles()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);
        File.Delete(Path.Combine(_folder.Path, "tokenizer.json"));

        Assert.That(Load(), Throws.TypeOf<TokenizerException>().With.Message.Contains("tokenizer.json").And.Message.Contains("vocab.txt"));
    }

    [Test]
    public void UnknownTokenizer_NamesItsKind()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);
        File.WriteAllText(Path.Combine(_folder.Path, "tokenizer.json"), """{ "model": { "type": "Telepathy", "vocab": {} } }""");

        Assert.That(Load(), Throws.TypeOf<TokenizerException>().With.Message.Contains("Telepathy"));
    }

    [Test]
    public void MissingConfiguration_IsNamed()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);
        File.Delete(Path.Combine(_folder.Path, "config.json"));

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("config.json"));
    }

    [TestCase("{}", "id2label")]
    [TestCase("[]", "config.json")]
    [TestCase("{ not json", "config.json")]
    [TestCase("""{ "id2label": { "0": "easy", "2": "hard" } }""", "id2label")]
    [TestCase("""{ "id2label": { "zero": "easy" } }""", "config.json")]
    [TestCase("""{ "num_labels": 2, "problem_type": "regression" }""", "only one number")]
    [TestCase("""{ "num_labels": 2, "problem_type": "guess" }""", "'guess'")]
    public void ConfigurationThatSaysNothing_IsAnError(string json, string expected)
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);
        File.WriteAllText(Path.Combine(_folder.Path, "config.json"), json);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains(expected));
    }

    [Test]
    public void LabelWithoutComplexity_AsksForAMap()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), ["LABEL_0", "LABEL_1", "LABEL_2"]);

        Assert.That(Load(), Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("'LABEL_0'").And.Message.Contains("Set Labels"));
    }

    [Test]
    public void LabelThatTheModelDoesNotHave_IsNamed()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);
        ImmutableDictionary<string, double> labels = ImmutableDictionary<string, double>.Empty.Add("haard", 0.9);

        Assert.That(
            () => OnnxTextClassifier.Load(new() { ModelPath = _folder.Path, Labels = labels }),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("'haard'").And.Message.Contains("easy, medium, hard"));
    }

    [Test]
    public async Task MissingDevice_FallsBackToTheProcessor_AndSaysWhy()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);
        using OnnxTextClassifier classifier = Load(new OnnxSessionSettings { Device = OnnxDevice.DirectMl })();

        Assert.That(classifier.Device, Is.EqualTo(OnnxDevice.Cpu));
        Assert.That(classifier.FallbackReason, Does.Contain("DirectMl"));
        Assert.That((await classifier.ClassifyAsync("text"))!.Value.Label, Is.EqualTo("hard"));
    }

    [Test]
    [Description("What the library was built with and cannot be used here is passed over, in the runtime's own words; where it can be used, it is.")]
    public async Task DeviceWithoutItsDriver_FallsBackToTheProcessor_AndSaysWhy([Values(OnnxDevice.Cuda, OnnxDevice.TensorRt, OnnxDevice.WebGpu)] OnnxDevice device)
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);
        using OnnxTextClassifier classifier = Load(new OnnxSessionSettings { Device = device })();

        Assert.That(classifier.Device, Is.EqualTo(classifier.FallbackReason is null ? device : OnnxDevice.Cpu));
        Assert.That(classifier.FallbackReason, Is.Null.Or.StartsWith($"{device}: "));
        Assert.That((await classifier.ClassifyAsync("text"))!.Value.Label, Is.EqualTo("hard"));
        TestContext.Out.WriteLine(classifier.FallbackReason ?? "It works here.");
    }

    [Test]
    public async Task Auto_TakesADeviceThatWorks()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);
        using OnnxTextClassifier classifier = Load(new OnnxSessionSettings { Device = OnnxDevice.Auto })();

        Assert.That(classifier.Device, Is.Not.EqualTo(OnnxDevice.Auto));
        Assert.That((await classifier.ClassifyAsync("text"))!.Value.Label, Is.EqualTo("hard"));
    }

    [Test]
    public void MissingDevice_IsAnErrorWhenItIsRequired()
    {
        ModelFolder.Write(_folder.Path, ModelFolder.Constant(Logits), Levels);

        Assert.That(
            Load(new OnnxSessionSettings { Device = OnnxDevice.DirectMl, RequireDevice = true }),
            Throws.TypeOf<OnnxRuntimeException>().With.Message.Contains("required").And.Message.Contains("DirectMl"));
    }

    [Test]
    public void Settings_OutOfRange_AreNamed() =>
        Assert.That(
            () => OnnxTextClassifier.Load(new() { ModelPath = _folder.Path, Temperature = 0 }),
            Throws.ArgumentException.With.Message.Contains("Temperature is 0"));

    private Func<OnnxTextClassifier> Load(OnnxSessionSettings? session = null) => () => OnnxTextClassifier.Load(new()
    {
        ModelPath = _folder.Path,
        Session = session ?? new() { Device = OnnxDevice.Cpu },
        Timeout = TimeSpan.FromMinutes(1),
    });
}
