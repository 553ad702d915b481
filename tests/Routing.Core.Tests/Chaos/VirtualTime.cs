using LlmRouting.Testing;

namespace LlmRouting.Core.Tests.Chaos;

/// <summary>Runs work in virtual time: whenever everything waits, the clock jumps to the next timer.</summary>
/// <remarks>
/// Work runs on the thread pool. That it all waits is seen from the pool itself: no item is queued, and no thread works. A host may keep
/// threads of its own busy for good, so how many are busy at the start is taken for rest. Should the pool never come to rest, time moves on
/// all the same after a while: then some of it passes for work too, which harms no result but the figures of time.
/// </remarks>
internal static class VirtualTime
{
    private const int MaxSpins = 20_000;

    public static void Run(ManualTimeProvider clock, Func<Task> work)
    {
        int atRest = LeastBusy();
        Task pending = Task.Run(work);
        while (!pending.IsCompleted)
        {
            AwaitRest(pending, atRest);
            if (!pending.IsCompleted && !clock.AdvanceToNextTimer())
            {
                Thread.Yield();
            }
        }

        pending.GetAwaiter().GetResult();
    }

    private static void AwaitRest(Task pending, int atRest)
    {
        for (int spins = 0; spins < MaxSpins && !pending.IsCompleted; spins++)
        {
            if (ThreadPool.PendingWorkItemCount == 0 && Busy() <= atRest && ThreadPool.PendingWorkItemCount == 0)
            {
                return;
            }

            Thread.Yield();
        }
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
