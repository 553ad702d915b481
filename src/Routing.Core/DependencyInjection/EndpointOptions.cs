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
}
