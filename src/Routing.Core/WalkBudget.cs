namespace LlmRouting;

/// <summary>Counts the calls of one request across routers that stand behind each other.</summary>
internal sealed class WalkBudget(int calls)
{
    internal const string Key = "llm.routing.budget";

    private int _callsLeft = calls;

    public int CallsLeft => Volatile.Read(ref _callsLeft);

    public bool TryTakeCall()
    {
        if (Interlocked.Decrement(ref _callsLeft) >= 0)
        {
            return true;
        }

        Interlocked.Increment(ref _callsLeft);
        return false;
    }

    /// <summary>Gives back a call that was taken and never made.</summary>
    public void GiveBackCall() => Interlocked.Increment(ref _callsLeft);
}
