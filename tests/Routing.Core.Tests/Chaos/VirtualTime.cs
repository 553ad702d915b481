using System.Diagnostics;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Chaos;

/// <summary>Runs work in virtual time: whenever everything waits, the clock jumps to the next timer.</summary>
/// <remarks>
/// Work runs on the thread pool. That it all waits is seen from the pool itself: no item is queued, and no thread works. A host may keep
/// threads of its own busy for good, so how many are busy at the start is taken for rest; should more stay busy for two seconds while no work
/// gets done, that many are. The two seconds are real ones, and long, because cold code takes its time: time that moved on under a request
/// at work would look like an endpoint that is slow.
/// </remarks>
internal static class VirtualTime
{
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(2);

    public static void Run(ManualTimeProvider clock, Func<Task> work)
    {
        int atRest = LeastBusy();
        Task pending = Task.Run(work);
        while (!pending.IsCompleted)
        {
            atRest = AwaitRest(pending, atRest);
            if (!pending.IsCompleted && !clock.AdvanceToNextTimer())
            {
                Thread.Yield();
            }
        }

        pending.GetAwaiter().GetResult();
    }

    /// <returns>How many threads are busy at rest.</returns>
    private static int AwaitRest(Task pending, int atRest)
    {
        long done = ThreadPool.CompletedWorkItemCount;
        long since = Stopwatch.GetTimestamp();
        while (!pending.IsCompleted)
        {
            int busy = Busy();
            if (ThreadPool.PendingWorkItemCount == 0 && busy <= atRest)
            {
                return busy;
            }

            if (ThreadPool.PendingWorkItemCount > 0 || ThreadPool.CompletedWorkItemCount != done)
            {
                done = ThreadPool.CompletedWorkItemCount;
                since = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(since) > Stuck)
            {
                return busy;
            }

            Thread.Yield();
        }

        return atRest;
    }

    private static int LeastBusy()
    {
        int least = int.MaxValue;
        for (int i = 0; i < 200; i++)
        {
            least = Math.Min(least, Busy());
            Thread.Yield();
        }

        return least;
    }

    private static int Busy()
    {
        ThreadPool.GetMaxThreads(out int all, out _);
        ThreadPool.GetAvailableThreads(out int free, out _);
        return all - free;
    }
}
