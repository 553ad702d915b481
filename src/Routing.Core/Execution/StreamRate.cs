namespace LlmRouting.Execution;

/// <summary>Watches how fast a stream writes.</summary>
/// <remarks>A mutable part of its <see cref="RoutedStream"/>. Counted over time that was waited, so that a slow reader makes no stream slow.</remarks>
internal struct StreamRate
{
    private TimeSpan _since;
    private long _length;

    /// <summary>Looks, once a window is over.</summary>
    /// <param name="waited">How long the stream was waited for.</param>
    /// <param name="length">How much it has written.</param>
    /// <param name="window">How long a window is.</param>
    /// <param name="perSecond">How much it has to write in a second.</param>
    /// <returns>True when it wrote less in the window that is over; the first window counts for nothing.</returns>
    public bool IsTooSlow(TimeSpan waited, long length, TimeSpan window, double perSecond)
    {
        TimeSpan time = waited - _since;
        if (time < window)
        {
            return false;
        }

        bool isTooSlow = _since > TimeSpan.Zero && length - _length < perSecond * time.TotalSeconds;
        _since = waited;
        _length = length;
        return isTooSlow;
    }
}
