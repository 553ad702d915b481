using System.Diagnostics;
using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Chaos;

/// <summary>Runs work in virtual time: whenever everything waits, the clock jumps to the next timer.</summary>
/// <remarks>
/// Work runs on the thread pool. That it all waits is seen from the pool itself: no item is queued, and no thread works. A host may keep
/// threads of its own busy for good, so the fewest that were ever seen busy are taken for rest; should more stay busy for two seconds while no
/// work gets done, that many are. The two seconds are real ones, and long, because cold code takes its time: time that moved on under a request
/// at work would look like an endpoint that is slow.
/// </remarks>
internal static class VirtualTime
{
    private static readonly TimeSpan Stuck = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);

    // Of the process, not of one run: a thread that is still winding down from what went before must not count as one at rest.
    private static int s_atRest = -1;

    /// <summary>Runs work to its end, and until nothing that it left behind runs any more.</summary>
    /// <exception cref="InvalidOperationException">The work waits for something that no timer will bring.</exception>
    public static void Run(ManualTimeProvider clock, Func<Task> work)
    {
        if (s_atRest < 0)
        {
            s_atRest = LeastBusy();
        }

        Task pending = Task.Run(work);
        AwaitRest();
        while (!pending.IsCompleted)
        {
            if (!clock.AdvanceToNextTimer())
            {
                throw new InvalidOperationException("The work has not ended, and no timer is left that it could wait for.");
            }

            AwaitRest();
        }

        pending.GetAwaiter().GetResult();
    }

    private static void AwaitRest()
    {
        long done = ThreadPool.CompletedWorkItemCount;
        long since = Stopwatch.GetTimestamp();
        while (true)
        {
            int busy = Busy();
            bool isEmpty = ThreadPool.PendingWorkItemCount == 0;

            // Twice, since a thread may have taken the last item between the two looks.
            if (isEmpty && busy <= s_atRest && Busy() <= s_atRest)
            {
                s_atRest = busy;
                return;
            }

            if (!isEmpty || ThreadPool.CompletedWorkItemCount != done)
            {
                done = ThreadPool.CompletedWorkItemCount;
                since = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(since) > Stuck)
            {
                s_atRest = busy;
                return;
            }

            Thread.Yield();
        }
    }

    private static int LeastBusy()
    {
        int least = int.MaxValue;
        for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < FirstLook;)
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
