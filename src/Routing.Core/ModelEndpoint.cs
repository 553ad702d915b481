using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Is one place that serves a model, with its live state.</summary>
/// <remarks>Thread-safe. An endpoint that the router created is disposed by it, once replaced and idle; a client handed in is left open.</remarks>
public sealed class ModelEndpoint
{
    // A decayed average forgets an outlier after a handful of calls and follows a real change within about ten.
    private const double LatencyDecay = 0.2;

    private readonly Lock _lock = new();
    private readonly bool _ownsClient;
    private HashSet<string>? _unsentOptions;
    private int _inFlight;
    private double _latencySeconds = double.NaN;
    private bool _retired;
    private bool _disposed;

    /// <summary>Creates an endpoint over a client that somebody else owns.</summary>
    /// <param name="client">The client; never disposed by the router.</param>
    /// <param name="name">What records call the endpoint; default "default".</param>
    /// <param name="modelId">The provider's own name for the model, sent as <c>ChatOptions.ModelId</c>; null leaves the client's own default.</param>
    public ModelEndpoint(IChatClient client, string name = "default", string? modelId = null)
        : this(client, name, modelId, settings: null, ownsClient: false)
    {
    }

    internal ModelEndpoint(IChatClient client, string name, string? modelId, ModelEndpointSettings? settings, bool ownsClient)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Client = client;
        Name = name;
        ModelId = modelId;
        Settings = settings;
        _ownsClient = ownsClient;
        IsRouter = client.GetService(typeof(INestedRouter)) is not null;
        Origin = IsRouter ? null : FindOrigin(client, settings);
    }

    /// <summary>Gets what records call the endpoint.</summary>
    /// <value>Unique within its model.</value>
    public string Name { get; }

    /// <summary>Gets the provider's own name for the model.</summary>
    /// <value>null means that the client knows it.</value>
    public string? ModelId { get; }

    /// <summary>Gets the client that calls go to.</summary>
    public IChatClient Client { get; }

    /// <summary>Gets the configuration that the endpoint was built from.</summary>
    /// <value>null when the client was handed in.</value>
    public ModelEndpointSettings? Settings { get; }

    /// <summary>Gets how many calls are running now.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Gets the decayed average time of whole calls that succeeded.</summary>
    /// <value>null until the first call has succeeded.</value>
    public TimeSpan? Latency
    {
        get
        {
            double seconds = Volatile.Read(ref _latencySeconds);
            return double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(seconds);
        }
    }

    /// <summary>Gets whether the client routes itself: its calls count against the same budget.</summary>
    internal bool IsRouter { get; }

    /// <summary>Gets the provider behind the endpoint, see <see cref="ContentOrigin"/>.</summary>
    /// <value>null when its client does not say, or routes itself.</value>
    internal string? Origin { get; }

    /// <summary>Gets the provider behind the endpoint: a client that does not say is a provider of its own for each model.</summary>
    internal string OriginFor(string modelId) => Origin ?? ContentOrigin.Of(modelId, null, modelId);

    /// <summary>Gets whether the endpoint was taken out of service; it never comes back.</summary>
    internal bool IsRetired
    {
        get
        {
            lock (_lock)
            {
                return _retired;
            }
        }
    }

    /// <summary>Counts a call that starts.</summary>
    /// <returns>False when the endpoint is out of service: its client may be disposed at any moment, so it must not be called.</returns>
    internal bool TryEnter()
    {
        if (!_ownsClient)
        {
            Interlocked.Increment(ref _inFlight);
            return true;
        }

        // Under the lock, so that no call can slip in between taking the endpoint out of service and disposing its client.
        lock (_lock)
        {
            if (_retired)
            {
                return false;
            }

            _inFlight++;
            return true;
        }
    }

    /// <summary>Counts a call that ended, whatever its result.</summary>
    internal void Exit()
    {
        if (!_ownsClient)
        {
            Interlocked.Decrement(ref _inFlight);
            return;
        }

        lock (_lock)
        {
            _inFlight--;
        }

        DisposeWhenIdle();
    }

    /// <summary>Learns from a call that succeeded.</summary>
    internal void RecordLatency(TimeSpan elapsed)
    {
        lock (_lock)
        {
            double seconds = elapsed.TotalSeconds;
            double known = _latencySeconds;
            Volatile.Write(ref _latencySeconds, double.IsNaN(known) ? seconds : known + (LatencyDecay * (seconds - known)));
        }
    }

    /// <summary>Takes note of an option that its service does not take.</summary>
    /// <returns>True the first time; a client that reports endless names is not listened to for ever.</returns>
    internal bool IsNewlyUnsent(string option)
    {
        const int MaxOptions = 64;
        lock (_lock)
        {
            _unsentOptions ??= [];
            return _unsentOptions.Count < MaxOptions && _unsentOptions.Add(option);
        }
    }

    /// <summary>Takes the endpoint out of service; its client is disposed, if the router owns it, when the last call has ended.</summary>
    internal void Retire()
    {
        lock (_lock)
        {
            _retired = true;
        }

        DisposeWhenIdle();
    }

    private static string? FindOrigin(IChatClient client, ModelEndpointSettings? settings)
    {
        if (settings is not null)
        {
            return ContentOrigin.Of(settings.Kind, settings.Endpoint, settings.Provider);
        }

        return client.GetService(typeof(ChatClientMetadata)) is ChatClientMetadata { ProviderName: { Length: > 0 } name } metadata
            ? ContentOrigin.Of(name, metadata.ProviderUri, name)
            : null;
    }

    private void DisposeWhenIdle()
    {
        lock (_lock)
        {
            if (_disposed || !_ownsClient || !_retired || _inFlight > 0)
            {
                return;
            }

            _disposed = true;
        }

        Client.Dispose();
    }
}
