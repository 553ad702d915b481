namespace LlmRouting.Execution;

/// <summary>Keeps hedges a small share of the requests.</summary>
/// <remarks>
/// Thread-safe. A bucket that each request fills by the share and each hedge empties by one: of any n requests in a row at most share x n + 20
/// are hedged, and from the start at most share x n, so that a service that is slow as a whole does not get twice the load.
/// </remarks>
internal sealed class HedgeBudget
{
    private const double MostSaved = 20;

    private readonly Lock _lock = new();
    private double _saved;

    /// <summary>Counts a request that may be hedged.</summary>
    public void Earn(double share)
    {
        lock (_lock)
        {
            _saved = Math.Min(_saved + share, MostSaved);
        }
    }

    /// <summary>Takes one hedge.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            if (_saved < 1 - 1e-9) // twenty twentieths are a little less than one
            {
                return false;
            }

            _saved -= 1;
            return true;
        }
    }

    /// <summary>Gives back a hedge that was not made.</summary>
    public void GiveBack()
    {
        lock (_lock)
        {
            _saved++;
        }
    }
}
