using System.Text;
using System.Text.Json;
using LlmRouting.Learning;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training.Data;

public sealed class LabelledRequestReaderTests
{
    private const string Good = """{"id":"a","prompt":"Why?","scores":{"m":1,"n":0.5},"costs":{"m":0.001,"n":null},"split":"valid","group":"g"}""";

    [Test]
    public void Read_TakesEverythingOffALine()
    {
        LabelledRequest request = Read(Good).Requests.Single();

        Assert.That(request.Id, Is.EqualTo("a"));
        Assert.That(request.Text, Is.EqualTo("Why?"));
        Assert.That(request.Scores["n"], Is.EqualTo(0.5));
        Assert.That(request.Costs["m"], Is.EqualTo(0.001));
        Assert.That(request.Costs["n"], Is.Null);
        Assert.That(request.Split, Is.EqualTo("valid"));
        Assert.That(request.Group, Is.EqualTo("g"));
    }

    [TestCase("{\"prompt\":", "not JSON")]
    [TestCase("[1]", "not a JSON object")]
    [TestCase("{\"prompt\":\"  \",\"scores\":{\"m\":1}}", "the prompt is empty")]
    [TestCase("{\"prompt\":\"secret words\",\"scores\":{\"m\":1.5}}", "a score is not a number from 0 to 1")]
    [TestCase("{\"prompt\":\"secret words\",\"scores\":{\"m\":NaN}}", "a score is not a number from 0 to 1")]
    [TestCase("{\"prompt\":\"secret words\",\"scores\":[1]}", "'scores' is not an object")]
    [TestCase("{\"prompt\":\"secret words\"}", "neither scores nor a label")]
    [TestCase("{\"scores\":{\"m\":1}}", "neither a prompt nor captured features")]
    [TestCase("{\"features\":{\"version\":99},\"scores\":{\"m\":1}}", "version 99")]
    [TestCase("{\"features\":{\"version\":1,\"indices\":[2,1],\"counts\":[1,1],\"dense\":[]},\"scores\":{\"m\":1}}", "damaged")]
    public void Read_NamesABadLineWithFileAndNumberAndWithoutItsText(string line, string reason)
    {
        LabelledData data = Read(string.Join('\n', Enumerable.Repeat(Good, 20)) + "\n\n" + line);

        Assert.That(data.Requests, Has.Length.EqualTo(20));
        Assert.That(data.RejectedCount, Is.EqualTo(1));
        Assert.That(data.Rejected[0].ToString(), Does.StartWith("data.jsonl(22): ").And.Contain(reason).And.Not.Contain("secret"));
    }

    [Test]
    public void Read_FailsWhenMostLinesAreBad() =>
        Assert.That(() => Read(Good + "\nx\ny\nz"), Throws.TypeOf<LabelledDataException>().With.Message.Contains("data.jsonl(2)"));

    [Test]
    public void Read_FailsOnAnEmptyFile() => Assert.That(() => Read(""), Throws.TypeOf<LabelledDataException>().With.Message.Contains("empty"));

    [Test]
    public void Read_FailsOnAMissingFile() =>
        Assert.That(() => new LabelledRequestReader().Read(["nowhere.jsonl"]), Throws.TypeOf<LabelledDataException>().With.Message.Contains("nowhere.jsonl"));

    [TestCase("NaN")]
    [TestCase("-Infinity")]
    [TestCase("-1")]
    [TestCase("\"free\"")]
    public void Read_TakesASenselessCostAsUnknown(string cost)
    {
        LabelledRequest request = Read("""{"prompt":"is \"NaN\" a number? \\","scores":{"m":1},"costs":{"m":COST}}""".Replace("COST", cost, StringComparison.Ordinal)).Requests.Single();

        Assert.That(request.Costs["m"], Is.Null);
        Assert.That(request.Text, Is.EqualTo("is \"NaN\" a number? \\"));
    }

    [Test]
    [Description("S22: feedback is a model and whether its answer was good.")]
    public void Read_TakesFeedbackOnTheAnsweringModel()
    {
        LabelledRequest request = Read("""{"prompt":"Why?","model":"m","good":false}""").Requests.Single();

        Assert.That(request.Scores["m"], Is.Zero);
        Assert.That(request.Id, Is.EqualTo("data.jsonl:1"));
    }

    [Test]
    public void Read_TakesCapturedFeatures()
    {
        HashedFeatures features = new FeatureHasher().Hash("my password is hunter2");
        string line = JsonSerializer.Serialize(new
        {
            features = new { version = features.Version, indices = features.Indices, counts = features.Counts, dense = features.Dense },
            scores = new { m = 1 },
        });

        LabelledRequest request = Read(line).Requests.Single();

        Assert.That(line, Does.Not.Contain("hunter2"));
        Assert.That(request.Text, Is.Null);
        Assert.That(request.Features!.Indices, Is.EqualTo(features.Indices));
        Assert.That(request.Features.Dense, Is.EqualTo(features.Dense));
    }

    [Test]
    public void Read_TakesAnEmbedding()
    {
        LabelledData data = Read("""{"prompt":"Why?","scores":{"m":1},"embedding":[0.5, -1,2e-3]}""" + "\n" + """{"prompt":"How?","scores":{"m":1},"embedding":null}""" + "\n" + Good);

        Assert.That(data.Requests[0].Embedding, Is.EqualTo(new[] { 0.5f, -1f, 2e-3f }));
        Assert.That(data.Requests[1].Embedding, Is.Empty);
        Assert.That(data.Requests[2].Embedding, Is.Empty);
    }

    [TestCase("[]", "is empty")]
    [TestCase("[0,0,0.0]", "is zero")]
    [TestCase("[1,\"secret\"]", "is not an array of numbers")]
    [TestCase("\"secret\"", "is not an array of numbers")]
    [TestCase("[1,null]", "is not an array of numbers")]
    [TestCase("[1,[2]]", "is not an array of numbers")]
    [TestCase("[1,NaN,2]", "not finite")]
    [TestCase("[1, -Infinity]", "not finite")]
    [TestCase("[1,1e300]", "not finite")]
    [TestCase("[3e38,3e38]", "too large")]
    public void Read_NamesABadEmbedding(string embedding, string reason)
    {
        LabelledData data = Read(string.Join('\n', Enumerable.Repeat(Good, 20)) + "\n" + """{"prompt":"Why?","scores":{"m":1},"embedding":EMBEDDING}""".Replace("EMBEDDING", embedding, StringComparison.Ordinal));

        Assert.That(data.Requests, Has.Length.EqualTo(20));
        Assert.That(data.Rejected[0].ToString(), Does.StartWith("data.jsonl(21): ").And.Contain("the embedding").And.Contain(reason).And.Not.Contain("secret"));
    }

    [Test]
    [Description("A cost that is no number is unknown, and takes no embedding of the same line with it.")]
    public void Read_TakesAnEmbeddingBesideASenselessCost()
    {
        LabelledRequest request = Read("""{"prompt":"Why?","scores":{"m":1},"costs":{"m":NaN},"embedding":[-1,-1 ,3]}""").Requests.Single();

        Assert.That(request.Embedding, Is.EqualTo(new[] { -1f, -1f, 3f }));
    }

    [Test]
    public void Read_RefusesAnEmbeddingOfAbsurdLength()
    {
        string line = """{"prompt":"Why?","scores":{"m":1},"embedding":[EMBEDDING]}""".Replace("EMBEDDING", string.Join(',', Enumerable.Repeat("1", 20_000)), StringComparison.Ordinal);

        Assert.That(Read(string.Join('\n', Enumerable.Repeat(Good, 20)) + "\n" + line).Rejected[0].ToString(), Does.Contain("has 20000 numbers; at most 16384"));
    }

    [Test]
    public void Read_TakesALongLineAndRejectsOneThatIsTooLong()
    {
        string Line(int length) => JsonSerializer.Serialize(new { prompt = new string('x', length), scores = new { m = 1 } });
        var reader = new LabelledRequestReader(maxRejectedShare: 0.5, maxLineBytes: 2 << 20);

        LabelledData data = reader.Read(Stream(Line(1 << 20) + "\n" + Line(3 << 20) + "\n" + Good), "data.jsonl");

        Assert.That(data.Requests.Select(static request => request.Text!.Length), Is.EqualTo(new[] { 1 << 20, 4 }));
        Assert.That(data.Rejected.Single().Line, Is.EqualTo(2));
    }

    [Test]
    public void Read_SkipsAByteOrderMark() => Assert.That(Read("\uFEFF" + Good).Requests, Has.Length.EqualTo(1));

    [Test]
    public void Fingerprint_NamesTheBytes()
    {
        string first = Read(Good).Fingerprint;

        Assert.That(Read(Good).Fingerprint, Is.EqualTo(first).And.Length.EqualTo(64));
        Assert.That(Read(Good + " ").Fingerprint, Is.Not.EqualTo(first));
    }

    private static LabelledData Read(string lines) => new LabelledRequestReader().Read(Stream(lines), "data.jsonl");

    private static MemoryStream Stream(string lines) => new(Encoding.UTF8.GetBytes(lines));
}
