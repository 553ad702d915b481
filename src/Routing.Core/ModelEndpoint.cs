using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Is one place that serves a model, with its live state.</summary>
/// <remarks>Thread-safe. An endpoint that the router created is disposed by it, once replaced and idle; a client handed in is left open.</remarks>
public sealed class ModelEndpoint
{
    private readonly Lock _lock = new();
    private HashSet<string>? _unsentOptions;
    private readonly ClientUse _use;
    private readonly EndpointHealth _health = new();
    private readonly EndpointLatency _latency = new();
    private long _probedAt = long.MinValue;
    private volatile EndpointLoadSettings _load = EndpointLoadSettings.Default;
    private volatile RateLimiter? _limiter;

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
        _use = new(client, ownsClient);
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

    /// <summary>Gets which share of its model's calls the endpoint gets, and how many it can take.</summary>
    /// <value>Never null; one call after the other, without limits, by default. A reload may change it.</value>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public EndpointLoadSettings Load
    {
        get => _load;
        init => ChangeLoad(value);
    }

    /// <summary>Gets how the endpoint is doing.</summary>
    /// <value>As of now, in this process.</value>
    public EndpointHealthSnapshot Health => _health.Snapshot;

    /// <summary>Gets how many calls are running now, those included that nobody waits for any more.</summary>
    public int InFlight => _use.Count;

    /// <summary>Gets the decayed average time of answers that succeeded: of a stream, what was waited for it, without the time that its reader took.</summary>
    /// <value>null until the first call has succeeded, and again when none has for ten minutes.</value>
    public TimeSpan? Latency => _latency.OfCalls;

    /// <summary>Gets the decayed average time until a stream's first meaningful content.</summary>
    /// <value>null until the first stream has succeeded, and again when no call has for ten minutes.</value>
    public TimeSpan? FirstTokenLatency => _latency.OfFirstTokens;

    /// <summary>Gets whether the client routes itself: its calls count against the same budget.</summary>
    internal bool IsRouter { get; }

    /// <summary>Gets the provider behind the endpoint, see <see cref="ContentOrigin"/>.</summary>
    /// <value>null when its client does not say, or routes itself.</value>
    internal string? Origin { get; }

    /// <summary>Gets the provider behind the endpoint: a client that does not say is a provider of its own for each model.</summary>
    internal string OriginFor(string modelId) => Origin ?? ContentOrigin.Of(modelId, null, modelId);

    /// <summary>Gets whether the endpoint was taken out of service; it never comes back.</summary>
    internal bool IsRetired => _use.IsRetired;

    /// <summary>Counts a call that starts.</summary>
    /// <returns>False when the endpoint is out of service: its client may be disposed at any moment, so it must not be called.</returns>
    internal bool TryEnter() => _use.Enter() > 0;

    /// <summary>Counts a call that ended, whatever its result.</summary>
    internal void Exit() => _use.Exit();

    /// <summary>Counts a call as ended when it returns, which may be long after anybody waited for it: until then it uses its client.</summary>
    /// <param name="call">The call; null when it never began.</param>
    internal void ExitAfter(Task? call) => _use.ExitAfter(call);

    /// <summary>Takes the endpoint out of service; its client is disposed, if the router owns it, when the last call has ended.</summary>
    internal void Retire() => _use.Retire();

    /// <summary>Takes note of a call that was made only to see how the endpoint is.</summary>
    internal void NoteProbe(long now) => Volatile.Write(ref _probedAt, now);

    /// <summary>Says whether nothing runs, and nothing has come back, since a moment.</summary>
    internal bool IsIdleSince(long moment) =>
        InFlight == 0 && Volatile.Read(ref _probedAt) < moment && _latency.IsSilentSince(moment);

    /// <summary>Asks for one attempt: whoever is granted it calls <see cref="Settle"/> when it is recorded, and <see cref="Exit"/> when its call has returned.</summary>
    /// <param name="health">When the endpoint is passed over.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="tokens">What the attempt is expected to use.</param>
    /// <param name="isLastResort">Whether its health has no say.</param>
    /// <param name="grant">The lease, or how long to wait.</param>
    internal EndpointRefusal TryAdmit(HealthSettings health, TimeProvider timeProvider, long tokens, bool isLastResort, out EndpointGrant grant)
    {
        grant = default;
        int inFlight = _use.Enter();
        if (inFlight == 0)
        {
            return EndpointRefusal.Retired;
        }

        EndpointLoadSettings load = _load;
        if (load.MaxInFlight is { } most && inFlight > most)
        {
            Exit();
            return EndpointRefusal.Busy;
        }

        RateLimiter? limiter = _limiter;
        RateReservation taken = RateReservation.None;
        if (limiter is not null && !limiter.TryAcquire(load, tokens, Monotonic.Now(timeProvider), out taken, out TimeSpan wait))
        {
            Exit();
            grant = new(default, default, wait);
            return EndpointRefusal.RateLimited;
        }

        if (!_health.TryAcquire(health, timeProvider, out HealthLease lease, out HealthChange change))
        {
            if (!isLastResort)
            {
                limiter?.Release(load, taken);
                Exit();
                return EndpointRefusal.CircuitOpen;
            }

            lease = _health.Force();
        }

        grant = new(new(lease, taken), change, TimeSpan.Zero);
        return EndpointRefusal.None;
    }

    /// <summary>Takes an attempt back that was granted and not made.</summary>
    internal void Withdraw(EndpointLease lease, HealthSettings health, TimeProvider timeProvider)
    {
        _health.Complete(lease.Health, HealthVerdict.Neutral, failure: null, retryAfter: null, health, timeProvider);
        if (lease.Rate.Tokens >= 0)
        {
            _limiter?.Release(_load, lease.Rate);
        }

        Exit();
    }

    /// <summary>Learns what became of an attempt; once for each.</summary>
    internal HealthChange Settle(EndpointLease lease, RoutingAttempt attempt, bool isPinned, HealthSettings health, TimeProvider timeProvider)
    {
        if (lease.Rate.Tokens >= 0 && _limiter is { } limiter)
        {
            // What was refused used nothing; of what broke without a count, nobody knows, and the estimate stands.
            bool wasRefused = attempt.InputTokens is null && attempt is { CostUsd: 0, Certainty: CostCertainty.Exact, Result: AttemptResult.Failed };
            long? used = attempt.InputTokens is null && attempt.OutputTokens is null ? null : (attempt.InputTokens ?? 0) + (attempt.OutputTokens ?? 0);
            limiter.Settle(_load, lease.Rate, wasRefused ? 0 : used ?? lease.Rate.Tokens);
        }

        HealthVerdict verdict = HealthRules.Judge(attempt.Result, attempt.Failure, IsRouter, isPinned);
        return _health.Complete(lease.Health, verdict, attempt.Failure, attempt.RetryAfter, health, timeProvider);
    }

    /// <summary>Says how long the endpoint's health still has it passed over, and why.</summary>
    internal (TimeSpan Left, HealthVerdict Why) PassedOver(TimeProvider timeProvider) => _health.Remaining(timeProvider);

    /// <summary>Says whether an attempt is likely to be granted.</summary>
    internal bool IsReady(HealthSettings health, long now) =>
        _health.IsReady(health, now) && (_load.MaxInFlight is not { } most || InFlight < most);

    /// <inheritdoc cref="EndpointLatency.PeakSeconds"/>
    internal double PeakSeconds(bool isStreaming, long now) => _latency.PeakSeconds(isStreaming, now);

    /// <inheritdoc cref="EndpointLatency.CallsAt"/>
    internal TimeSpan? LatencyAt(ref long now) => _latency.CallsAt(ref now);

    /// <inheritdoc cref="EndpointLatency.Record"/>
    internal void RecordLatency(TimeSpan elapsed, TimeSpan? firstToken, TimeProvider timeProvider) => _latency.Record(elapsed, firstToken, timeProvider);

    /// <inheritdoc cref="EndpointLatency.RecordSilence"/>
    internal void RecordSilence(TimeSpan elapsed, bool isStreaming, TimeProvider timeProvider) => _latency.RecordSilence(elapsed, isStreaming, timeProvider);

    /// <inheritdoc cref="EndpointLatency.Percentile"/>
    internal TimeSpan? ObservedPercentile(bool firstToken, double share, int minSamples, long now) => _latency.Percentile(firstToken, share, minSamples, now);

    /// <summary>Takes note of what the service says of its rate limits.</summary>
    internal void Observe(RateLimitState state, TimeProvider timeProvider)
    {
        if (_limiter is null)
        {
            Interlocked.CompareExchange(ref _limiter, new RateLimiter(), null);
        }

        _limiter!.Observe(state, Monotonic.Now(timeProvider)); // not null: just made, and never taken away
    }

    /// <summary>Puts other load settings in force; what has been counted stays.</summary>
    internal void ChangeLoad(EndpointLoadSettings load)
    {
        ArgumentNullException.ThrowIfNull(load);
        if (load.FindErrors($"Endpoint '{Name}'").FirstOrDefault() is { } error)
        {
            throw new ArgumentException(error, nameof(load));
        }

        _load = load;
        if (load.HasRate && _limiter is null)
        {
            Interlocked.CompareExchange(ref _limiter, new RateLimiter(), null);
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
}
