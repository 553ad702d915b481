using System.Diagnostics.Metrics;

namespace LlmRouting.Core.Tests.Diagnostics;

/// <summary>Makes the router's meter, and remembers what is measured on it.</summary>
internal sealed class MetricRecorder : IMeterFactory
{
    private readonly MeterListener _listener = new();
    private readonly List<Measured> _measured = [];
    private Meter? _meter;

    public MetricRecorder()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter, _meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
    }

    /// <summary>Gets the meter; null until somebody has asked for it.</summary>
    public Meter? Meter => _meter;

    public IReadOnlyList<Measured> All
    {
        get
        {
            lock (_measured)
            {
                return [.. _measured];
            }
        }
    }

    public Meter Create(MeterOptions options)
    {
        if (_meter is null)
        {
            _meter = new Meter(options.Name, options.Version, tags: null, scope: this);
            _listener.Start();
        }

        return _meter;
    }

    public IReadOnlyList<Measured> Of(string name) => [.. All.Where(measured => measured.Name == name)];

    /// <summary>Asks the instruments that answer when they are asked.</summary>
    public void Observe() => _listener.RecordObservableInstruments();

    public void Dispose()
    {
        _listener.Dispose();
        _meter?.Dispose();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Measured measured = new(instrument.Name, value, tags.ToArray().ToDictionary(static tag => tag.Key, static tag => tag.Value));
        lock (_measured)
        {
            _measured.Add(measured);
        }
    }
}
