namespace LlmRouting.Execution;

/// <summary>Remembers where a walk may go when its ranking has come to its end: to endpoints that were passed over, and to those worth a retry.</summary>
/// <remarks>Made when the first is remembered; most requests never do. Not thread-safe.</remarks>
internal sealed class ResortList(ExecutionSettings settings, TimeProvider timeProvider)
{
    private readonly List<Resort> _items = [];
    private long _limitUntil = long.MinValue;

    public void Add(Resort item) => _items.Add(item);

    public void Remove(Resort item) => _items.Remove(item);

    /// <summary>Forgets a model that can give no answer to this request.</summary>
    public void RemoveModel(string modelId) => _items.RemoveAll(item => item.Target.Model.Id == modelId);

    /// <summary>Picks the most promising endpoint.</summary>
    /// <param name="timeLeft">What the request has left.</param>
    /// <param name="wait">How long to wait for it first.</param>
    /// <returns>null when nothing is left that comes in time.</returns>
    public Resort? Pick(TimeSpan timeLeft, out TimeSpan wait)
    {
        long now = Monotonic.Now(timeProvider);
        if (_limitUntil == long.MinValue)
        {
            _limitUntil = now + settings.MaxLimitWait.Ticks;
        }

        Resort? best = null;
        (int Rank, long Time) bestKey = (int.MaxValue, long.MaxValue);
        long bestReadyAt = 0;
        foreach (Resort item in _items)
        {
            (TimeSpan left, HealthVerdict why) = item.Refusal == EndpointRefusal.CircuitOpen ? item.Target.Endpoint.PassedOver(timeProvider) : default;
            int rank = item.Rank(why);

            // What asked to be left alone is left alone; what merely failed is called although it is not its time yet.
            long readyAt = item.Refusal == EndpointRefusal.CircuitOpen && rank == 0 ? now + left.Ticks : item.ReadyAt;
            bool comesInTime = readyAt <= now || (readyAt - now < timeLeft.Ticks && (rank != 0 || readyAt <= _limitUntil));
            bool isAllowed = item.Refusal != EndpointRefusal.CircuitOpen || settings.Health.WhenAllOpen == AllOpenPolicy.TryLeastBad;
            (int, long) key = (rank, Math.Max(readyAt, now + left.Ticks));
            if (comesInTime && isAllowed && key.CompareTo(bestKey) < 0)
            {
                (best, bestKey, bestReadyAt) = (item, key, readyAt);
            }
        }

        wait = best is null || bestReadyAt <= now ? TimeSpan.Zero : TimeSpan.FromTicks(bestReadyAt - now);
        return best;
    }
}
