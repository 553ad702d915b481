namespace LlmRouting.DependencyInjection;

/// <summary>Configures one place that serves a model.</summary>
public sealed class EndpointOptions
{
    /// <summary>Gets or sets the provider.</summary>
    /// <value>A key below <c>Providers</c>.</value>
    public string? Provider { get; set; }

    /// <summary>Gets or sets the provider's own name for the model.</summary>
    /// <value>null means the model's <see cref="ModelOptions.ModelId"/>; default null.</value>
    public string? ModelId { get; set; }

    /// <summary>Gets or sets how much the endpoint can take, compared with the model's others.</summary>
    /// <value>0 or more; 0 makes it a stand-by, called when no other can be; default 1.</value>
    public double Weight { get; set; } = 1;

    /// <summary>Gets or sets where the endpoint is.</summary>
    /// <value>Any word that requests and <c>Execution:Region</c> use too; default null.</value>
    public string? Region { get; set; }

    /// <summary>Gets or sets how many calls may run at once.</summary>
    /// <value>At least 1; null means any number; default null.</value>
    public int? MaxInFlight { get; set; }

    /// <summary>Gets or sets how many calls may start in a minute.</summary>
    /// <value>At least 1; null means any number; default null.</value>
    public int? RequestsPerMinute { get; set; }

    /// <summary>Gets or sets how many tokens may be used in a minute.</summary>
    /// <value>At least 1; null means any number; default null.</value>
    public int? TokensPerMinute { get; set; }

    internal EndpointLoadSettings ToLoad() => new()
    {
        Weight = Weight,
        Region = Region,
        MaxInFlight = MaxInFlight,
        RequestsPerMinute = RequestsPerMinute,
        TokensPerMinute = TokensPerMinute,
    };
}
