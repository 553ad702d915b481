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
        await EnterAsync(batcher); // the place is free again
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
        MicroBatcher batcher = new(_runner, 1, new(1, 8, 8, TimeSpan.Zero, Long), time);
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
    public async Task BatchWhoseTimeIsOver_IsNotRunAgain()
    {
        _runner.TimesOutOn = 5;
        MicroBatcher batcher = Create();
        batcher.TryEnter();
        Task<float[]?>[] waiting = [Enqueue(batcher, 1), Enqueue(batcher, 3)];

        batcher.Leave();

        await Assert.ThatAsync(() => waiting[0], Throws.TypeOf<TimeoutException>());
        await Assert.ThatAsync(() => waiting[1], Throws.TypeOf<TimeoutException>());
        Assert.That(_runner.Batches, Is.EqualTo((int[])[2]), "what took too long once would hold the place for as long again, row by row");
    }

    [Test]
    public async Task FreedPlace_WaitsForMoreRows_UntilTheTimeIsOver()
    {
        Task<float[]?>? late = null;
        MicroBatcher? batcher = null;
        LookedAtClock clock = new(look =>
        {
            if (look == 3)
            {
                late = Enqueue(batcher!, 2); // both are set before anybody looks
            }

            return look < 5 ? TimeSpan.Zero : look * TimeSpan.FromMicroseconds(200);
        });
        batcher = Create(clock, maxBatch: 8);
        batcher.TryEnter();
        Task<float[]?> first = Enqueue(batcher, 1);

        batcher.Leave();

        Assert.That((await first)![0], Is.EqualTo(3));
        Assert.That((await late!)![0], Is.EqualTo(4)); // enqueued before the first one was run
        Assert.That(_runner.Lengths, Is.EqualTo((string[])["3,4"]));
    }

    [Test]
    public async Task FreedPlace_WaitsNoLongerThanUntilTheBatchIsFull()
    {
        bool isOver = false;
        LookedAtClock clock = new(_ => Volatile.Read(ref isOver) ? Long : TimeSpan.Zero); // no time passes while the test looks on
        MicroBatcher batcher = Create(clock, maxBatch: 2);
        batcher.TryEnter();
        Task<float[]?>[] waiting = [Enqueue(batcher, 1), Enqueue(batcher, 40), Enqueue(batcher, 2)];

        batcher.Leave();
        await Task.WhenAll(waiting[0], waiting[2]).WaitAsync(Long);

        Assert.That(_runner.Lengths, Is.EqualTo((string[])["3,4"]), "the row of another length waits on for its like");
        Assert.That(waiting[1].IsCompleted, Is.False);
        await Enqueue(batcher, 41).WaitAsync(Long);
        Volatile.Write(ref isOver, true);
        Assert.That(_runner.Lengths, Is.EqualTo((string[])["3,4", "42,43"]));
    }

    [Test]
    public void RowThatFindsAFreePlace_NeverWaits()
    {
        LookedAtClock clock = new(static _ => TimeSpan.Zero);
        MicroBatcher batcher = Create(clock, maxBatch: 8);

        for (int i = 0; i < 3; i++)
        {
            Assert.That(batcher.TryEnter(), Is.True);
            batcher.Leave();
        }

        Assert.That(clock.Looks, Is.Zero, "a lone caller does not even look at the clock");
    }

    [TestCase(OnnxDevice.Cpu, null, 8, 0)]
    [TestCase(OnnxDevice.Cuda, 1, 32, 200)]
    [TestCase(OnnxDevice.WebGpu, 1, 32, 200)]
    public void Settings_ThatAreLeftOpen_AreTheDevices(OnnxDevice device, int? places, int maxBatch, int microseconds)
    {
        MicroBatcherSettings settings = MicroBatcherSettings.For(new(), device, fixedRows: null, Long);

        Assert.That(settings, Is.EqualTo(new MicroBatcherSettings(places ?? Environment.ProcessorCount, maxBatch, 256, TimeSpan.FromMicroseconds(microseconds), Long)));
    }

    [Test]
    public void Settings_OfTheHostGoFirst_AndAModelThatTakesOneRowWaitsForNoOther()
    {
        OnnxBatchSettings own = new() { Places = 3, MaxBatch = 4, MaxQueue = 5, MaxWait = TimeSpan.FromMicroseconds(6) };

        Assert.That(MicroBatcherSettings.For(own, OnnxDevice.Cpu, null, Long), Is.EqualTo(new MicroBatcherSettings(3, 4, 5, TimeSpan.FromMicroseconds(6), Long)));
        Assert.That(MicroBatcherSettings.For(own, OnnxDevice.Cuda, fixedRows: 1, Long), Is.EqualTo(new MicroBatcherSettings(3, 1, 5, TimeSpan.Zero, Long)));
    }

    [TestCase(-1)]
    [TestCase(20_000)]
    public void Wait_OutOfRange_IsNamed(int microseconds) =>
        Assert.That(
            new OnnxBatchSettings { MaxWait = TimeSpan.FromMicroseconds(microseconds) }.FindErrors().Single(),
            Does.StartWith("Batch:MaxWait is").And.Contains("between 00:00:00 and 00:00:00.0100000"));

    [TestCase(1, 16, 0)]
    [TestCase(17, 32, 1)]
    [TestCase(33, 64, 2)]
    [TestCase(257, 512, 5)]
    public void Buckets_DoubleInLength(int from, int to, int bucket)
    {
        Assert.That((LengthBucket.Of(from), LengthBucket.Of(to)), Is.EqualTo((bucket, bucket)));
        Assert.That(LengthBucket.Of(to + 1), Is.EqualTo(bucket + 1));
    }

    [Test]
    public async Task ManyCallersAtOnce_AreAllAnswered([Values(0, 20)] int microseconds)
    {
        MicroBatcher batcher = new(_runner, 1, new(2, 4, 10_000, TimeSpan.FromMicroseconds(microseconds), Long), TimeProvider.System);
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
        await EnterAsync(batcher);
        await EnterAsync(batcher); // no place was lost,
        Assert.That(batcher.TryEnter(), Is.False, "and none won");
    }

    private static EncodedText Row(int words) => Encoder.Encode(string.Join(' ', Enumerable.Repeat("a", words)));

    // A place is freed behind the answers of its last batch, on a thread of the pool: that may be a moment later.
    private static async Task EnterAsync(MicroBatcher batcher)
    {
        using CancellationTokenSource source = new(Long);
        while (!batcher.TryEnter())
        {
            source.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Task<float[]?> Enqueue(MicroBatcher batcher, int words, CancellationToken cancellationToken = default) =>
        batcher.EnqueueAsync(Row(words), Long, cancellationToken).AsTask();

    private MicroBatcher Create(int places = 1, int maxBatch = 8, int maxQueue = 64) =>
        new(_runner, 1, new(places, maxBatch, maxQueue, TimeSpan.Zero, Long), TimeProvider.System);

    private MicroBatcher Create(LookedAtClock clock, int maxBatch) => new(_runner, 1, new(1, maxBatch, 64, TimeSpan.FromMicroseconds(200), Long), clock);

    // Answers each row with its length.
    private sealed class FakeRunner : IRowRunner
    {
        private readonly Lock _lock = new();
        private readonly List<string> _lengths = [];

        public int FailsOn { get; set; }

        public int TimesOutOn { get; set; }

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

            if (lengths.Contains(TimesOutOn))
            {
                throw new TimeoutException("The rows took too long.");
            }
        }
    }

    // A clock that says what the test wants it to say at each look; its timers are the system's.
    private sealed class LookedAtClock(Func<int, TimeSpan> elapsed) : TimeProvider
    {
        private int _looks;

        public int Looks => Volatile.Read(ref _looks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => elapsed(Interlocked.Increment(ref _looks)).Ticks;
    }
}
