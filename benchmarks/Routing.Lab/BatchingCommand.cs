using System.Diagnostics;
using System.Globalization;
using LlmRouting.Onnx.Inference;
using LlmRouting.Onnx.Tokenization;

namespace LlmRouting.Lab;

// What waiting for a batch does where a run takes the same time for one row and for many, as it nearly does on a card. The card is a sleep: the
// batcher and its callers are real, and what is read off is how many rows a run has.
internal static class BatchingCommand
{
    private const double SecondsEach = 2;

    internal static async Task<int> RunAsync(string[] args)
    {
        int milliseconds = int.Parse(Arguments.Option(args, "--run-ms") ?? "4", CultureInfo.InvariantCulture);
        Console.WriteLine($"a run takes {milliseconds} ms, whatever is in it");
        Console.WriteLine("callers  max wait us  rows/run  rows/s");
        foreach (int callers in (int[])[1, 2, 8, 64])
        {
            foreach (int wait in (int[])[0, 200, 1000])
            {
                (double rows, double each) = await MeasureAsync(callers, milliseconds, TimeSpan.FromMicroseconds(wait));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{callers,7}  {wait,11}  {each,8:0.0}  {rows,6:0}"));
            }
        }

        return 0;
    }

    private static async Task<(double RowsPerSecond, double RowsPerRun)> MeasureAsync(int callers, int milliseconds, TimeSpan maxWait)
    {
        SleepingCard card = new(milliseconds);
        MicroBatcher batcher = new(card, 1, new(Places: 1, MaxBatch: 32, MaxQueue: 1000, maxWait, TimeSpan.FromMinutes(1)), TimeProvider.System);
        TokenEncoder encoder = new(HuggingFaceTokenizer.FromVocabulary(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a"], lowercase: true));
        long started = Stopwatch.GetTimestamp();
        long end = started + (long)(SecondsEach * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetTimestamp() < end)
            {
                EncodedText row = encoder.Encode("a a a");
                if (batcher.TryEnter())
                {
                    card.Run();
                    batcher.Leave();
                    row.Dispose();
                }
                else
                {
                    await batcher.EnqueueAsync(row, TimeSpan.FromMinutes(1), CancellationToken.None);
                }
            }
        })));
        return (card.Rows / Stopwatch.GetElapsedTime(started).TotalSeconds, (double)card.Rows / card.Runs);
    }

    private sealed class SleepingCard(int milliseconds) : IRowRunner
    {
        private readonly ManualResetEventSlim _never = new();
        private long _runs;
        private long _rows;

        public long Runs => Interlocked.Read(ref _runs);

        public long Rows => Interlocked.Read(ref _rows);

        public void Run() => Run(1);

        void IRowRunner.Run(ReadOnlySpan<EncodedText> rows, Span<float> outputs, TimeSpan limit, CancellationToken cancellationToken) => Run(rows.Length);

        private void Run(int rows)
        {
            _never.Wait(milliseconds);
            Interlocked.Increment(ref _runs);
            Interlocked.Add(ref _rows, rows);
        }
    }
}
