using Microsoft.Extensions.Configuration;

namespace LlmRouting.DependencyInjection;

/// <summary>Is a configuration section that the router is bound to.</summary>
/// <param name="Section">The section; null when the host configures in code alone.</param>
/// <param name="Path">What messages call it.</param>
internal sealed record RoutingSection(IConfiguration? Section, string Path);
