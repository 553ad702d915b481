namespace LlmRouting.Providers;

/// <summary>Says what holds for a kind of service where an endpoint's settings say nothing.</summary>
/// <param name="Name">The name of the kind.</param>
/// <param name="DefaultEndpoint">Where the service is; null means that it must be configured.</param>
/// <param name="DefaultPath">What is added to an address without a path; null adds nothing.</param>
/// <param name="RequiresKey">Whether the service refuses calls without a key.</param>
/// <param name="KeyEnvironmentVariable">Where the key is by convention; null means nowhere.</param>
internal sealed record EndpointDefaults(
    string Name,
    Uri? DefaultEndpoint,
    string? DefaultPath,
    bool RequiresKey,
    string? KeyEnvironmentVariable);
