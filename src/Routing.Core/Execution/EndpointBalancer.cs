using System.Collections.Immutable;

namespace LlmRouting.Execution;

/// <summary>Picks the endpoint of a model that an attempt goes to.</summary>
/// <remarks>
/// Two random endpoints are compared and the one with less load is taken: "power of two choices" (Mitzenmacher 2001), which spreads load nearly
/// as well as comparing all, without the herd that all callers looking for the least would be. Load is latency (see <see cref="PeakLatency"/>)
/// times calls in flight, by weight, as in Finagle's balancer. Allocates nothing.
/// </remarks>
internal static class EndpointBalancer
{
    private const int IsUnwell = 4;
    private const int IsElsewhere = 2;
    private const int IsStandBy = 1;

    // An endpoint of unknown speed gets a call to find out, and no second one until the first is back (Finagle's penalty).
    private const double UnknownSeconds = 1e6;

    /// <summary>Picks the next endpoint.</summary>
    /// <param name="endpoints">At least one that has not been tried.</param>
    /// <param name="tried">A bit for each endpoint that has been tried.</param>
    /// <param name="region">Where the caller would like it to be; null means anywhere.</param>
    /// <param name="isStreaming">Whether the first token counts rather than the whole answer.</param>
    /// <param name="health">When an endpoint is passed over.</param>
    /// <param name="now">Now, from <see cref="Monotonic"/>.</param>
    /// <param name="random">Gives numbers from 0 up to, not including, 1.</param>
    /// <returns>Its position. Well before unwell, same region before others, stand-bys last; of equal load the first.</returns>
    public static int Pick(
        ImmutableArray<ModelEndpoint> endpoints,
        ulong tried,
        string? region,
        bool isStreaming,
        HealthSettings health,
        long now,
        Func<double> random)
    {
        Span<byte> best = stackalloc byte[RoutableModel.MaxEndpoints];
        int bestRank = int.MaxValue;
        int count = 0;
        for (int i = 0; i < endpoints.Length; i++)
        {
            if ((tried & (1UL << i)) != 0)
            {
                continue;
            }

            int rank = Rank(endpoints[i], region, health, now);
            if (rank < bestRank)
            {
                bestRank = rank;
                count = 0;
            }

            if (rank == bestRank)
            {
                best[count++] = (byte)i;
            }
        }

        if (count == 1)
        {
            return best[0];
        }

        int first = 0;
        int second = 1;
        if (count > 2)
        {
            first = (int)(random() * count);
            second = (int)(random() * (count - 1));
            second += second >= first ? 1 : 0;
        }

        // The lower position first: of two equal ones it is taken, so that the order given counts until something is known.
        (first, second) = first < second ? (best[first], best[second]) : (best[second], best[first]);
        return Load(endpoints[second], isStreaming, now) < Load(endpoints[first], isStreaming, now) ? second : first;
    }

    /// <summary>Compares the load of an endpoint with that of others.</summary>
    internal static double Load(ModelEndpoint endpoint, bool isStreaming, long now)
    {
        int inFlight = endpoint.InFlight;
        double seconds = endpoint.PeakSeconds(isStreaming, now);
        double cost = !double.IsNaN(seconds) ? seconds * (inFlight + 1) : inFlight == 0 ? 0 : UnknownSeconds * inFlight;
        double weight = endpoint.Load.Weight;
        return weight > 0 ? cost / weight : cost;
    }

    private static int Rank(ModelEndpoint endpoint, string? region, HealthSettings health, long now)
    {
        EndpointLoadSettings load = endpoint.Load;
        return (endpoint.IsReady(health, now) ? 0 : IsUnwell)
            + (region is null || string.Equals(load.Region, region, StringComparison.OrdinalIgnoreCase) ? 0 : IsElsewhere)
            + (load.Weight > 0 ? 0 : IsStandBy);
    }
}
