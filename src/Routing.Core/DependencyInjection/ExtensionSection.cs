using System.Collections.Immutable;

namespace LlmRouting.DependencyInjection;

/// <summary>Is a section of the configuration that another package reads.</summary>
/// <param name="Name">Its key below the router's section.</param>
/// <param name="Keys">The paths of its settings, such as <c>Batch:MaxQueue</c>. What is below a path that none continues is free.</param>
internal sealed record ExtensionSection(string Name, ImmutableArray<string> Keys);
