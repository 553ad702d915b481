using System.Diagnostics.Metrics;
using System.Globalization;
using LlmRouting.Diagnostics;

namespace LlmRouting.QuickStart;

/// <summary>Listens to the router's metrics in this process, in the place of an exporter.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class MetricsKeeper : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _sums = [];
    private readonly Lock _lock = new();
    private long _measurements;

    public MetricsKeeper()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == RoutingDiagnostics.MeterName)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument, value));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => Add(instrument, value));
        _listener.Start();
    }

    public string Line()
    {
        lock (_lock)
        {
            string sums = string.Create(
                CultureInfo.InvariantCulture,
                $"{Of("llm.routing.requests"):0} requests, {Of("llm.routing.attempts"):0} attempts, {Of("llm.routing.tokens"):0} tokens, ${Of("llm.routing.cost"):0.000000}");
            return $"Metrics      {_measurements} measurements on {_sums.Count} instruments of the meter '{RoutingDiagnostics.MeterName}' were heard in this process: {sums}. "
                + "Any OpenTelemetry exporter hears the same (docs/telemetry.md)";
        }
    }

    public void Dispose() => _listener.Dispose();

    private double Of(string instrument) => _sums.GetValueOrDefault(instrument);

    private void Add(Instrument instrument, double value)
    {
        lock (_lock)
        {
            _measurements++;
            _sums[instrument.Name] = Of(instrument.Name) + value;
        }
    }
}
