using LlmRouting.Onnx.Learned;
using LlmRouting.Testing;

namespace LlmRouting.Onnx.Tests.Learned;

public sealed class LearnedClassifierEmbeddingTests
{
    private const string Hard = "please tell me about the hard which and how it of now then so that";
    private const string Easy = "please tell me about the easy which and how it of now then so that";
    private ManualTimeProvider _time = new();
    private FakeEmbeddings _generator = new();

    [SetUp]
    public void MakeGenerator()
    {
        _time = new ManualTimeProvider();
        _generator = new FakeEmbeddings();
    }

    [TearDown]
    public void DisposeGenerator() => _generator.Dispose();

    [Test]
    public async Task Classify_GoesByTheMeaning()
    {
        LearnedClassifier classifier = Make();

        Classification hard = await classifier.ClassifyAsync(Learnt.Ask(Hard), CancellationToken.None);
        Classification easy = await classifier.ClassifyAsync(Learnt.Ask(Easy), CancellationToken.None);
        await classifier.ClassifyAsync(Learnt.Ask(Easy), CancellationToken.None);

        Assert.That(hard.Complexity, Is.GreaterThan(0.7));
        Assert.That(easy.Complexity, Is.LessThan(0.3));
        Assert.That(_generator.Calls, Is.EqualTo(2), "the third was seen before");
    }

    [TestCase("")]
    [TestCase("\u4eca\u5929\u5929\u6c14\u600e\u4e48\u6837\uff0c\u6211\u60f3\u77e5\u9053\u660e\u5929\u4f1a\u4e0d\u4f1a\u4e0b\u96e8")]
    public async Task Classify_OfWhatTrainingDidNotKnow_AbstainsWithoutACall(string text)
    {
        Classification found = await Make().ClassifyAsync(Learnt.Ask(text), CancellationToken.None);

        Assert.That(found.Confidence, Is.Zero);
        Assert.That(_generator.Calls, Is.Zero);
    }

    [Test]
    public async Task Classify_WhereTheGeneratorFails_ThrowsOnceAndAbstainsUntilItIsAskedAgain()
    {
        _generator.OnCall = static _ => throw new HttpRequestException();
        LearnedClassifier classifier = Make();

        await Assert.ThrowsAsync<HttpRequestException>(() => classifier.ClassifyAsync(Learnt.Ask(Hard), CancellationToken.None).AsTask());
        Classification resting = await classifier.ClassifyAsync(Learnt.Ask(Hard), CancellationToken.None);
        _generator.OnCall = null;
        _time.Advance(TimeSpan.FromSeconds(15));
        Classification again = await classifier.ClassifyAsync(Learnt.Ask(Hard), CancellationToken.None);

        Assert.That((resting.Confidence, resting.Source), Is.EqualTo((0, "learned")));
        Assert.That(again.Complexity, Is.GreaterThan(0.7));
    }

    [Test]
    [Description("A chain records why, and passes it over.")]
    public async Task Classify_WhereTheGeneratorIsSlow_ThrowsWhenItsTimeIsOver()
    {
        _generator.OnCall = static _ => new TaskCompletionSource().Task;

        Task<Classification> pending = Make(new() { Timeout = TimeSpan.FromMilliseconds(200) }).ClassifyAsync(Learnt.Ask(Hard), CancellationToken.None).AsTask();
        bool wasPending = !pending.IsCompleted;
        _time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.That(wasPending);
        await Assert.ThrowsAsync<TimeoutException>(() => pending);
    }

    [Test]
    public async Task Classify_WithAnEmbeddingOfAnotherLength_SaysSo()
    {
        _generator.Change = static vector => vector[..5];

        InvalidDataException? error = await Assert.ThrowsAsync<InvalidDataException>(() => Make().ClassifyAsync(Learnt.Ask(Hard), CancellationToken.None).AsTask());

        Assert.That(error!.Message, Does.Contain("5 numbers").And.Contain("embeddings of 24"));
    }

    [Test]
    public void Create_WithoutAGenerator_SaysWhatIsMissing() =>
        Assert.That(() => new LearnedClassifier(Embedded.Complexity.Value), Throws.ArgumentException.With.Message.Contains("24 numbers").And.Message.Contains("no generator"));

    private LearnedClassifier Make(LearnedEmbeddingSettings? settings = null) => new(Embedded.Complexity.Value, "learned", _generator, settings, _time);
}
