using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Tokenization;
using LlmRouting.Testing;

namespace LlmRouting.Onnx.Tests.Inference;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class MicroBatcherTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TokenEncoder Encoder = new(HuggingFaceTokenizer.FromVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"], lowercase: true));

    private readonly FakeRunner _runner = new();

    [Test]
    public void Enter_GivesAsManyPlacesAsThereAre()
    {
        MicroBatcher batcher = Create(places: 2);

        Assert.That((batcher.TryEnter(), batcher.TryEnter(), batcher.TryEnter()), Is.EqualTo((true, true, false)));
        batcher.Leave();
        Assert.That(batcher.TryEnter(), Is.True);
    }

    [Test]
    public async Task RowsThatWaited_RunTogether_EachWithItsOwnNumbers()
    {
        MicroBatcher batcher = Create();
        batcher.TryEnter();
        Task<float[]?>[] waiting = [.. Enumerable.Range(1, 5).Select(i => Enqueue(batcher, i))];

        batcher.Leave();
        float[]?[] answers = await Task.WhenAll(waiting);

        Assert.That(answers.Select(static answer => answer![0]), Is.EqualTo((float[])[3, 4, 5, 6, 7]), "a row's number is its length");
        Assert.That(_runner.Batches, Is.EqualTo((int[])[5]));
        Assert.That(batcher.TryEnter(), Is.True, "the place is free again");
    }

    [Test]
    public async Task Batch_HoldsNoMoreThanItMay_AndOneLengthOnly()
    {
        MicroBatcher batcher = Create(maxBatch: 2);
        batcher.TryEnter();
        Task<float[]?>[] waiting = [Enqueue(batcher, 1), Enqueue(batcher, 40), Enqueue(batcher, 2), Enqueue(batcher, 3), Enqueue(batcher, 41)];

        batcher.Leave();
        await Task.WhenAll(waiting);

        Assert.That(_runner.Lengths, Is.EqualTo((string[])["3,4", "42,43", "5"]), "the oldest first, then its like");
    }

    [Test]
    public async Task QueueThatIsFull_RefusesTheRow()
    {
        MicroBatcher batcher = Create(maxQueue: 1);
        batcher.TryEnter();
        Task<float[]?> first = Enqueue(batcher, 1);

        Assert.That(await Enqueue(batcher, 1), Is.Null);
        batcher.Leave();
        Assert.That(await first, Is.Not.Null);
    }

    [Test]
    public async Task MemberThatLeaves_HarmsNoOther()
    {
        MicroBatcher batcher = Create();
        batcher.TryEnter();
        using CancellationTokenSource source = new();
        Task<float[]?> leaving = Enqueue(batcher, 1, source.Token);
        Task<float[]?> staying = Enqueue(batcher, 2);

        await source.CancelAsync();
        await Assert.ThatAsync(() => leaving, Throws.InstanceOf<OperationCanceledException>());
        batcher.Leave();

        Assert.That((await staying)![0], Is.EqualTo(4));
        Assert.That(_runner.Lengths, Is.EqualTo((string[])["4"]), "who has left is not run");
    }

    [Test]
    public async Task MemberWhoseTimeIsOver_IsLate()
    {
        ManualTimeProvider time = new();
        MicroBatcher batcher = new(_runner, 1, 1, 8, 8, Long, time);
        batcher.TryEnter();
        Task<float[]?> waiting = batcher.EnqueueAsync(Row(1), TimeSpan.FromSeconds(1), CancellationToken.None).AsTask();

        time.Advance(TimeSpan.FromSeconds(2));

        await Assert.ThatAsync(() => waiting, Throws.TypeOf<TimeoutException>());
    }

    [Test]
    public async Task BatchThatFails_IsRunAgainRowByRow()
    {
        _runner.FailsOn = 5;
        MicroBatcher batcher = Create();
        batcher.TryEnter();
        Task<float[]?>[] waiting = [Enqueue(batcher, 1), Enqueue(batcher, 3), Enqueue(batcher, 4)];

        batcher.Leave();

        Assert.That((await waiting[0])![0], Is.EqualTo(3));
        await Assert.ThatAsync(() => waiting[1], Throws.InvalidOperationException);
        Assert.That((await waiting[2])![0], Is.EqualTo(6));
        Assert.That(_runner.Batches, Is.EqualTo((int[])[3, 1, 1, 1]));
    }

    [Test]
    public async Task ManyCallersAtOnce_AreAllAnswered()
    {
        MicroBatcher batcher = Create(places: 2, maxBatch: 4, maxQueue: 10_000);
        Random random = new(3);
        int[] words = [.. Enumerable.Range(0, 2_000).Select(_ => random.Next(1, 30))];
        float[] answers = new float[words.Length];

        await Parallel.ForAsync(0, words.Length, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            EncodedText row = Row(words[i]);
            if (batcher.TryEnter())
            {
                ((IRowRunner)_runner).Run([row], answers.AsSpan(i, 1), Long, CancellationToken.None);
                batcher.Leave();
                row.Dispose();
            }
            else
            {
                answers[i] = (await batcher.EnqueueAsync(row, Long, CancellationToken.None))![0];
            }
        });

        Assert.That(answers, Is.EqualTo(words.Select(static count => (float)count + 2)));
        Assert.That(batcher.Waiting, Is.Zero);
        Assert.That((batcher.TryEnter(), batcher.TryEnter(), batcher.TryEnter()), Is.EqualTo((true, true, false)), "no place was lost and none won");
    }

    private static EncodedText Row(int words) => Encoder.Encode(string.Join(' ', Enumerable.Repeat("a", words)));

    private static Task<float[]?> Enqueue(MicroBatcher batcher, int words, CancellationToken cancellationToken = default) =>
        batcher.EnqueueAsync(Row(words), Long, cancellationToken).AsTask();

    private MicroBatcher Create(int places = 1, int maxBatch = 8, int maxQueue = 64) => new(_runner, 1, places, maxBatch, maxQueue, Long, TimeProvider.System);

    // Answers each row with its length.
    private sealed class FakeRunner : IRowRunner
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lengths = [];

        public int FailsOn { get; set; }

        public IEnumerable<string> Lengths => _lengths;

        public IEnumerable<int> Batches => _lengths.Select(static lengths => lengths.Split(',').Length);

        void IRowRunner.Run(ReadOnlySpan<EncodedText> rows, Span<float> outputs, TimeSpan limit, CancellationToken cancellationToken)
        {
            List<int> lengths = [];
            for (int i = 0; i < rows.Length; i++)
            {
                lengths.Add(rows[i].Length);
                outputs[i] = rows[i].Length;
            }

            lock (_lock)
            {
                _lengths.Add(string.Join(',', lengths));
            }

            if (lengths.Contains(FailsOn))
            {
                throw new InvalidOperationException("A row cannot be run.");
            }
        }
    }
}
