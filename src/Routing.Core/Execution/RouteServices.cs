namespace LlmRouting.Execution;

/// <summary>Bundles what every walk needs of its surroundings.</summary>
/// <param name="TimeProvider">The clock.</param>
/// <param name="Random">Gives numbers from 0 up to, not including, 1; thread-safe.</param>
/// <param name="Health">Who is told of changes of an endpoint's state.</param>
internal sealed record RouteServices(TimeProvider TimeProvider, Func<double> Random, HealthReporter Health);
