using LlmRouting.Onnx.Tests.Learned;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training.Data;

public sealed class LabelledRequestEmbeddingTests
{
    private FakeEmbeddings _generator = new();

    [SetUp]
    public void MakeGenerator() => _generator = new FakeEmbeddings();

    [TearDown]
    public void DisposeGenerator() => _generator.Dispose();

    [Test]
    public async Task WithEmbeddings_FillsInWhatIsMissing_InBatchesAndInOrder()
    {
        List<LabelledRequest> requests = [.. Enumerable.Range(0, 7).Select(static i => new LabelledRequest { Id = $"r{i}", Text = $"text {i}" })];
        requests[2] = requests[2] with { Embedding = [1, 2, 3] };
        List<double> told = [];

        var embedded = await requests.WithEmbeddingsAsync(_generator, batchSize: 4, new Told(told));

        Assert.That(_generator.Calls, Is.EqualTo(2));
        Assert.That(_generator.Asked, Is.EqualTo(new[] { "text 0", "text 1", "text 3", "text 4", "text 5", "text 6" }));
        Assert.That(embedded.Select(static request => request.Id), Is.EqualTo(requests.Select(static request => request.Id)));
        Assert.That(embedded[2].Embedding, Is.EqualTo(new[] { 1f, 2f, 3f }), "kept");
        Assert.That(embedded[3].Embedding, Is.EqualTo(SyntheticEmbeddings.Embed("text 3", isHard: false)));
        Assert.That(told, Is.EqualTo(new[] { 4 / 6.0, 1 }));
        Assert.That(_generator.IsDisposed, Is.False);
    }

    [Test]
    [Description("R24 what is embedded is bounded: the head and the tail of a long text, with no character cut in two.")]
    public void TextOf_KeepsHeadAndTail()
    {
        string head = new('h', (LabelledRequestEmbedding.MaxCharacters / 2) - 1);
        string tail = new('t', (LabelledRequestEmbedding.MaxCharacters / 2) - 1);
        string text = head + "\U0001F600" + new string('m', 5000) + "\U0001F600" + tail;

        Assert.That(LabelledRequestEmbedding.TextOf(text), Is.EqualTo(head + tail));
        Assert.That(LabelledRequestEmbedding.TextOf(head), Is.SameAs(head));
        Assert.That(LabelledRequestEmbedding.TextOf(new string('x', 2049)), Has.Length.EqualTo(2048));
    }

    [Test]
    public async Task WithEmbeddings_StopsWhenCancelled()
    {
        using CancellationTokenSource source = new();
        _generator.OnCall = _ => source.CancelAsync();
        List<LabelledRequest> requests = [.. Enumerable.Range(0, 4).Select(static i => new LabelledRequest { Id = $"r{i}", Text = "text" })];

        await Assert.ThrowsAsync<OperationCanceledException>(() => requests.WithEmbeddingsAsync(_generator, batchSize: 2, cancellationToken: source.Token));

        Assert.That(_generator.Calls, Is.EqualTo(1));
    }

    [TestCase("NaN", "not finite")]
    [TestCase("zero", "is zero")]
    [TestCase("empty", "is empty")]
    public async Task WithEmbeddings_NamesTheRequestWhoseEmbeddingIsBad(string what, string reason)
    {
        _generator.Change = vector => what switch { "NaN" => [float.NaN, 1], "zero" => new float[4], _ => [] };

        InvalidOperationException? error = await Assert.ThrowsAsync<InvalidOperationException>(() => ((LabelledRequest[])[new() { Id = "r0", Text = "secret" }]).WithEmbeddingsAsync(_generator));

        Assert.That(error!.Message, Does.Contain("'r0'").And.Contain(reason).And.Not.Contain("secret"));
    }

    [Test]
    public async Task WithEmbeddings_RefusesARequestWithoutAText()
    {
        var captured = new LabelledRequest { Id = "r0", Features = new LlmRouting.Learning.FeatureHasher().Hash("text") };

        ArgumentException? error = await Assert.ThrowsAsync<ArgumentException>(() => ((LabelledRequest[])[captured]).WithEmbeddingsAsync(_generator));

        Assert.That(error!.Message, Does.Contain("'r0'"));
        Assert.That(_generator.Calls, Is.Zero);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ((LabelledRequest[])[]).WithEmbeddingsAsync(_generator, batchSize: 0));
    }

    private sealed class Told(List<double> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told.Add(value.Done);
    }
}
