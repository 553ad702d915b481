namespace LlmRouting;

/// <summary>Counts the calls of one request across routers that stand behind each other, and takes the outcome of the one behind back to the one in front.</summary>
internal sealed class WalkBudget
{
    internal const string Key = "llm.routing.budget";

    private readonly WalkBudget? _parent;
    private volatile RoutingOutcome? _outcome;
    private int _callsLeft;

    public WalkBudget(int calls) => _callsLeft = calls;

    /// <summary>Creates the view that one attempt at a router gets: the same calls, an outcome of its own.</summary>
    public WalkBudget(WalkBudget parent) => _parent = parent;

    public int CallsLeft => _parent?.CallsLeft ?? Volatile.Read(ref _callsLeft);

    /// <summary>Gets what the router behind has done; null while it has not come to an end.</summary>
    /// <remarks>Known even where neither an answer nor an exception could bring it: after a time-out, or when the reader gave up.</remarks>
    public RoutingOutcome? Outcome => _outcome;

    public void Report(RoutingOutcome outcome) => _outcome = outcome;

    public bool TryTakeCall()
    {
        if (_parent is not null)
        {
            return _parent.TryTakeCall();
        }

        if (Interlocked.Decrement(ref _callsLeft) >= 0)
        {
            return true;
        }

        Interlocked.Increment(ref _callsLeft);
        return false;
    }

    /// <summary>Gives back a call that was taken and never made.</summary>
    public void GiveBackCall()
    {
        if (_parent is not null)
        {
            _parent.GiveBackCall();
        }
        else
        {
            Interlocked.Increment(ref _callsLeft);
        }
    }
}
