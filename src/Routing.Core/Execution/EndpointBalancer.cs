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
        if (tried == 0 && endpoints.Length > 1)
        {
            // Nearly always all are well. Two that rank best are two of the best, whatever the others are, so these need not be looked at; and
            // two drawn of all are, when both rank best, as likely to be any two of the best.
            (int one, int other) = Draw(endpoints.Length, random);
            if (Rank(endpoints[one], region, health, now) == 0 && Rank(endpoints[other], region, health, now) == 0)
            {
                return LessLoaded(endpoints, one, other, isStreaming, now);
            }
        }

        return PickOfTheBest(endpoints, tried, region, isStreaming, health, now, random);
    }

    // Apart, so that a pick that looks at two endpoints pays nothing for the buffer of one that looks at all.
    private static int PickOfTheBest(
        ImmutableArray<ModelEndpoint> endpoints, ulong tried, string? region, bool isStreaming, HealthSettings health, long now, Func<double> random)
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

        (int first, int second) = Draw(count, random);
        return LessLoaded(endpoints, best[first], best[second], isStreaming, now);
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

    /// <summary>Draws two different positions, the lower one first; of two there is nothing to draw.</summary>
    private static (int Lower, int Higher) Draw(int count, Func<double> random)
    {
        if (count == 2)
        {
            return (0, 1);
        }

        // One number for both: there are count x (count - 1) ordered pairs.
        int pair = (int)(random() * count * (count - 1));
        int first = pair / (count - 1);
        int second = pair % (count - 1);
        second += second >= first ? 1 : 0;
        return first < second ? (first, second) : (second, first);
    }

    // The lower position first: of two equal ones it is taken, so that the order given counts until something is known.
    private static int LessLoaded(ImmutableArray<ModelEndpoint> endpoints, int lower, int higher, bool isStreaming, long now) =>
        Load(endpoints[higher], isStreaming, now) < Load(endpoints[lower], isStreaming, now) ? higher : lower;

    private static int Rank(ModelEndpoint endpoint, string? region, HealthSettings health, long now)
    {
        EndpointLoadSettings load = endpoint.Load;
        return (endpoint.IsReady(health, now) ? 0 : IsUnwell)
            + (region is null || string.Equals(load.Region, region, StringComparison.OrdinalIgnoreCase) ? 0 : IsElsewhere)
            + (load.Weight > 0 ? 0 : IsStandBy);
    }
}
