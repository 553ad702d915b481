using System.Collections.Immutable;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Counts the calls to all endpoints, and knows which of them go wrong.</summary>
internal sealed class Outages(IEnumerable<OutageOptions> outages)
{
    private readonly ImmutableArray<OutageOptions> _outages = [.. outages];
    private int _calls;

    /// <returns>What goes wrong with the call that just came in; null when nothing does.</returns>
    public OutageKind? Next(string endpoint)
    {
        int call = Interlocked.Increment(ref _calls);
        foreach (OutageOptions outage in _outages)
        {
            if (call >= outage.From && call <= outage.To && outage.Endpoint.Equals(endpoint, StringComparison.OrdinalIgnoreCase))
            {
                return outage.Kind;
            }
        }

        return null;
    }
}
