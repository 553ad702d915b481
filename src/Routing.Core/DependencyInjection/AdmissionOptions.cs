using LlmRouting.Admission;

namespace LlmRouting.DependencyInjection;

/// <summary>Configures how many requests run at a time; see <see cref="AdmissionSettings"/> for what it means.</summary>
public sealed class AdmissionOptions
{
    /// <summary>Gets or sets how many requests run at a time.</summary>
    /// <value>At least 1; null lets all in, and switches the rest of this section off; default null.</value>
    public int? MaxConcurrent { get; set; }

    /// <summary>Gets or sets how many requests wait for their turn, of each priority.</summary>
    /// <value>0 or more; default 100.</value>
    public int MaxQueue { get; set; } = 100;

    /// <summary>Gets or sets how long a request waits for its turn.</summary>
    /// <value>Positive; default 10 seconds.</value>
    public TimeSpan QueueTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the share of turns that background requests get while interactive ones wait too.</summary>
    /// <value>0 to 0.5; default 0.1.</value>
    public double BackgroundShare { get; set; } = 0.1;

    /// <summary>Gets or sets from which load on requests that are not complex go to the cheapest tier.</summary>
    /// <value>Above 0, at most 1; null means never; default null.</value>
    public double? DegradeAbove { get; set; }

    /// <summary>Gets or sets at which load that ends.</summary>
    /// <value>0 or more, below <see cref="DegradeAbove"/>; null means three quarters of it; default null.</value>
    public double? DegradeBelow { get; set; }

    /// <summary>Translates the options.</summary>
    /// <returns>null when every request is let in.</returns>
    internal AdmissionSettings? ToSettings() => MaxConcurrent is not { } limit ? null : new()
    {
        MaxConcurrent = limit,
        MaxQueue = MaxQueue,
        QueueTimeout = QueueTimeout,
        BackgroundShare = BackgroundShare,
        DegradeAbove = DegradeAbove,
        DegradeBelow = DegradeBelow,
    };
}
