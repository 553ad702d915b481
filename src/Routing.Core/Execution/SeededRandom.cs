namespace LlmRouting.Execution;

/// <summary>Gives random numbers to many threads at once.</summary>
/// <remarks>SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): its state is a counter, so one interlocked addition makes it thread-safe.</remarks>
internal sealed class SeededRandom(long seed)
{
    private const long Gamma = unchecked((long)0x9E3779B97F4A7C15);

    private long _state = seed;

    /// <summary>Gives the next number.</summary>
    /// <returns>From 0 up to, not including, 1.</returns>
    public double NextDouble()
    {
        ulong bits = unchecked((ulong)Interlocked.Add(ref _state, Gamma));
        bits = unchecked((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9);
        bits = unchecked((bits ^ (bits >> 27)) * 0x94D049BB133111EB);
        bits ^= bits >> 31;
        return (bits >> 11) * (1.0 / (1L << 53));
    }
}
