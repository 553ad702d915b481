namespace LlmRouting.DependencyInjection;

/// <summary>Stands in for the options where a host validates at its start.</summary>
/// <remarks>
/// Validating the options themselves would create their monitor, which reads them again on every reload and throws what is wrong at whoever
/// reloads. This type listens to no configuration, so it is checked once.
/// </remarks>
internal sealed class StartupCheck;
