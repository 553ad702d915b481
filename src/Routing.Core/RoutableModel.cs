using System.Collections.Immutable;

namespace LlmRouting;

/// <summary>Joins a model's facts with the places that serve it.</summary>
/// <param name="Profile">The facts.</param>
/// <param name="Endpoints">At least one endpoint and at most 64. Which is called first says <c>Execution:EndpointOrder</c>; their order counts where nothing else tells.</param>
public sealed record RoutableModel(ModelProfile Profile, ImmutableArray<ModelEndpoint> Endpoints)
{
    /// <summary>How many endpoints a model may have: those that were tried are remembered in the bits of a number.</summary>
    internal const int MaxEndpoints = 64;

    /// <summary>Creates a model that one endpoint serves.</summary>
    /// <param name="profile">The facts.</param>
    /// <param name="endpoint">The place.</param>
    public RoutableModel(ModelProfile profile, ModelEndpoint endpoint)
        : this(profile, [endpoint])
    {
    }

    /// <summary>Gets the model's alias.</summary>
    public string Id => Profile.Id;

    /// <summary>Gets how long an answer is expected to take.</summary>
    /// <value>The best measured endpoint, else the profile's typical latency; null when neither is known.</value>
    public TimeSpan? ExpectedLatency
    {
        get
        {
            long now = 0;
            return ExpectedLatencyAt(ref now);
        }
    }

    /// <summary>Gets how long answers of the fastest endpoint take, as measured.</summary>
    /// <value>null when none was measured.</value>
    internal TimeSpan? MeasuredLatency
    {
        get
        {
            long now = 0;
            return MeasuredLatencyAt(ref now);
        }
    }

    /// <summary>Gets <see cref="ExpectedLatency"/> for one of many models.</summary>
    /// <param name="now">Now, from <see cref="Monotonic"/>; 0 when nobody has looked at the clock yet.</param>
    internal TimeSpan? ExpectedLatencyAt(ref long now) => MeasuredLatencyAt(ref now) ?? Profile.TypicalLatency;

    private TimeSpan? MeasuredLatencyAt(ref long now)
    {
        TimeSpan? best = null;
        foreach (ModelEndpoint endpoint in Endpoints)
        {
            TimeSpan? latency = endpoint.LatencyAt(ref now);
            if (latency is not null && (best is null || latency < best))
            {
                best = latency;
            }
        }

        return best;
    }

    /// <inheritdoc/>
    public override string ToString() => Profile.ToString();
}
