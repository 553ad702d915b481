namespace LlmRouting.DependencyInjection;

/// <summary>Configures a service that models are reached through.</summary>
public sealed class ProviderOptions
{
    /// <summary>Gets or sets the kind of service.</summary>
    /// <value>The kind of a registered provider, such as "openai"; null means that the provider's own name is its kind; default null.</value>
    public string? Kind { get; set; }

    /// <summary>Gets or sets the base address.</summary>
    /// <value>Absolute; null means the kind's own default; default null.</value>
    public string? Endpoint { get; set; }

    /// <summary>Gets or sets the key.</summary>
    /// <value>null means that the kind's usual environment variable holds it; default null. Keep keys out of committed files.</value>
    public string? ApiKey { get; set; }

    /// <summary>Gets headers to send with each call.</summary>
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets what else the kind wants to know.</summary>
    /// <value>Names are the kind's to define.</value>
    public IDictionary<string, string> Properties { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
}
