using LlmRouting.Onnx.Classifiers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Says for a health endpoint how the classifier of <c>AddOnnxClassifier()</c> is doing, and what it runs on.</summary>
/// <remarks>
/// <para>Register it with <c>services.AddHealthChecks().AddCheck&lt;OnnxHealthCheck&gt;("onnx")</c>. Thread-safe.</para>
/// <para>Healthy when a model is loaded and asked, or when the router that ships with the package classifies; degraded while a model is loading, when it
/// could not be loaded, and while it is left alone after failures: requests are classified without it then. Never unhealthy. The data hold the device,
/// why better ones were passed over, and how many requests were cut.</para>
/// </remarks>
/// <param name="services">The container in which <c>AddOnnxClassifier()</c> was called.</param>
public sealed class OnnxHealthCheck(IServiceProvider services) : IHealthCheck
{
    /// <summary>Looks at the classifier's status.</summary>
    /// <param name="context">Not needed.</param>
    /// <param name="cancellationToken">Not needed: nothing is waited for.</param>
    /// <returns>The result, completed.</returns>
    /// <exception cref="InvalidOperationException"><c>AddOnnxClassifier()</c> was not called.</exception>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        OnnxRegistration registration = services.GetService<OnnxRegistration>()
            ?? throw new InvalidOperationException("There is no ONNX classifier to check. Call AddOnnxClassifier() on the builder that AddLlmRouting() returns.");
        return Task.FromResult(registration.NamedOrNull is { } classifier
            ? Judge(classifier.Status)
            : HealthCheckResult.Healthy("The router that ships with the package classifies; it needs no device."));
    }

    private static HealthCheckResult Judge(OnnxClassifierStatus status)
    {
        Dictionary<string, object> data = new() { ["truncations"] = status.Truncations, ["circuit"] = status.Circuit.ToString() };
        if (status.Device is { } device)
        {
            data["device"] = device.ToString();
        }

        if (status.FallbackReason is { } reason)
        {
            data["fallback"] = reason;
        }

        return status switch
        {
            { Error: { } error } => HealthCheckResult.Degraded(error, data: data),
            { IsReady: false } => HealthCheckResult.Degraded("The model is loading.", data: data),
            { Circuit: CircuitState.Open } => HealthCheckResult.Degraded("The model failed several times in a row and is left alone for a while.", data: data),
            _ => HealthCheckResult.Healthy($"The model runs on {status.Device}.", data),
        };
    }
}
