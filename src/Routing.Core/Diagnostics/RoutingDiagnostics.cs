namespace LlmRouting.Diagnostics;

/// <summary>Names what the router emits, for whoever listens.</summary>
/// <remarks>
/// With OpenTelemetry: <c>tracing.AddSource(RoutingDiagnostics.ActivitySourceName)</c> and <c>metrics.AddMeter(RoutingDiagnostics.MeterName)</c>.
/// docs/telemetry.md lists every span, metric and tag.
/// </remarks>
public static class RoutingDiagnostics
{
    /// <summary>The name of the source of spans.</summary>
    public const string ActivitySourceName = "llm.routing";

    /// <summary>The name of the meter.</summary>
    public const string MeterName = "llm.routing";
}
