namespace LlmRouting.Execution;

/// <summary>Is one of two attempts that run side by side.</summary>
/// <remarks>Thread-safe, except for <see cref="Dispose"/>. What a repair sends belongs to the leg that it repairs.</remarks>
internal sealed class HedgeLeg(HedgeRace race, CancellationToken callerToken) : IDisposable
{
    private readonly CancellationTokenSource _source = CancellationTokenSource.CreateLinkedTokenSource(callerToken);
    private volatile bool _hasWon;

    /// <summary>Gets what ends the leg's calls: the caller's cancellation, or that the other leg has won.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Gets whether the other leg has won.</summary>
    public bool IsLost => race.IsWon && !_hasWon;

    /// <summary>Claims the caller for this leg's answer, which is good.</summary>
    /// <returns>False when the other leg was first: nobody may see anything of this one.</returns>
    public bool TryWin()
    {
        if (!_hasWon && race.TryWin())
        {
            _hasWon = true;
        }

        return _hasWon;
    }

    /// <summary>Ends the leg's calls.</summary>
    public void Cancel() => _source.CancelQuietly();

    public void Dispose() => _source.Dispose();
}
