namespace LlmRouting.Execution;

/// <summary>Decides which of two attempts that run side by side gives its answer to the caller.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class HedgeRace
{
    private int _isWon;

    public bool IsWon => Volatile.Read(ref _isWon) != 0;

    /// <summary>Claims the caller; only the first does.</summary>
    public bool TryWin() => Interlocked.Exchange(ref _isWon, 1) == 0;
}
