using System.Globalization;
using LlmRouting.Models;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmRouting.Diagnostics;

/// <summary>Says for a health endpoint whether the models can be reached, as the circuit breakers see it. Calls no model.</summary>
/// <remarks>
/// <para>Register it with <c>services.AddHealthChecks().AddCheck&lt;RoutingHealthCheck&gt;("llm-routing")</c>. Thread-safe.</para>
/// <para>Healthy when every endpoint is called; degraded when some are passed over, since others do their work; the registration's failure status
/// (unhealthy by default) when no model in service has an endpoint left. The data name each endpoint that is not well, with its state. What
/// nobody has called is taken to be well; <c>Execution:Probes</c> finds out.</para>
/// </remarks>
/// <param name="registry">The models.</param>
public sealed class RoutingHealthCheck(ModelRegistry registry) : IHealthCheck
{
    /// <summary>Looks at the circuit breakers of all endpoints.</summary>
    /// <param name="context">Says which status a failure has; null, or no registration, means unhealthy.</param>
    /// <param name="cancellationToken">Not needed: nothing is waited for.</param>
    /// <returns>The result, completed.</returns>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        Dictionary<string, object> unwell = [];
        int endpoints = 0;
        int models = 0;
        int reachable = 0;
        foreach (RoutableModel model in registry.Current.Models)
        {
            bool isReachable = false;
            foreach (ModelEndpoint endpoint in model.Endpoints)
            {
                endpoints++;
                CircuitState state = endpoint.Health.State;
                isReachable |= state != CircuitState.Open;
                if (state != CircuitState.Closed)
                {
                    unwell[$"{model.Id}/{endpoint.Name}"] = state.ToString();
                }
            }

            models++;
            reachable += isReachable ? 1 : 0;
        }

        string description = string.Create(CultureInfo.InvariantCulture, $"{reachable} of {models} models can be reached, {endpoints - unwell.Count} of {endpoints} endpoints are well.");
        HealthStatus status = reachable == 0 ? context?.Registration?.FailureStatus ?? HealthStatus.Unhealthy
            : unwell.Count > 0 ? HealthStatus.Degraded
            : HealthStatus.Healthy;
        return Task.FromResult(new HealthCheckResult(status, description, exception: null, unwell));
    }
}
