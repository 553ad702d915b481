using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmRouting.Models;

/// <summary>Holds the models that requests can be routed to, as an immutable snapshot that is replaced whole.</summary>
/// <remarks>Thread-safe. Requests in flight keep the snapshot that they started with.</remarks>
public sealed partial class ModelRegistry
{
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private volatile ModelSnapshot _current;

    /// <summary>Creates a registry.</summary>
    /// <param name="models">The models.</param>
    /// <param name="timeProvider">The clock that retires models; null means the system's.</param>
    /// <param name="logger">Where deprecations are reported; null means nowhere.</param>
    /// <exception cref="ArgumentException">The models contradict each other; the message names each contradiction.</exception>
    public ModelRegistry(IEnumerable<RoutableModel> models, TimeProvider? timeProvider = null, ILogger<ModelRegistry>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(models);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _logger = logger ?? NullLogger<ModelRegistry>.Instance;
        _current = CreateSnapshot([.. models]);
    }

    /// <summary>Gets the models as they are now.</summary>
    public ModelSnapshot Current
    {
        get
        {
            ModelSnapshot current = _current;

            // Most registries hold no model with a retirement date and never look at the clock.
            return current.ValidUntil == DateTimeOffset.MaxValue || _timeProvider.GetUtcNow() < current.ValidUntil
                ? current
                : Refresh();
        }
    }

    /// <summary>Replaces the models; when they contradict each other nothing changes.</summary>
    /// <param name="models">The new models. Endpoints that are not among them are taken out of service.</param>
    /// <exception cref="ArgumentException">The models contradict each other; the message names each contradiction.</exception>
    public void Update(IEnumerable<RoutableModel> models)
    {
        ArgumentNullException.ThrowIfNull(models);
        ModelSnapshot next = CreateSnapshot([.. models]);
        ModelSnapshot previous;
        lock (_lock)
        {
            previous = _current;
            _current = next;
        }

        HashSet<ModelEndpoint> kept = [.. next.All.SelectMany(static model => model.Endpoints)];
        foreach (ModelEndpoint endpoint in previous.All.SelectMany(static model => model.Endpoints))
        {
            if (!kept.Contains(endpoint))
            {
                endpoint.Retire();
            }
        }
    }

    /// <summary>Takes every endpoint out of service.</summary>
    internal void Close()
    {
        foreach (ModelEndpoint endpoint in _current.All.SelectMany(static model => model.Endpoints))
        {
            endpoint.Retire();
        }
    }

    private ModelSnapshot Refresh()
    {
        lock (_lock)
        {
            if (_timeProvider.GetUtcNow() >= _current.ValidUntil)
            {
                _current = CreateSnapshot(_current.All);
            }

            return _current;
        }
    }

    private ModelSnapshot CreateSnapshot(ImmutableArray<RoutableModel> models)
    {
        ImmutableArray<string> errors = ModelSetValidator.Validate(models);
        if (!errors.IsEmpty)
        {
            throw new ArgumentException(string.Join(" ", errors), nameof(models));
        }

        DateTimeOffset now = _timeProvider.GetUtcNow();
        foreach (RoutableModel model in models)
        {
            ModelProfile profile = model.Profile;
            if (profile.IsRetired(now))
            {
                Log.Retired(_logger, profile.Id, profile.ReplacedBy ?? "nothing");
            }
            else if (profile.IsDeprecated(now))
            {
                Log.Deprecated(_logger, profile.Id, profile.RetiresOn, profile.ReplacedBy ?? "nothing");
            }
        }

        return new ModelSnapshot(models, now);
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ModelDeprecated, LogLevel.Warning, "Model '{Model}' is deprecated; it retires on {RetiresOn} and is then replaced by '{Replacement}'")]
        public static partial void Deprecated(ILogger logger, string model, DateTimeOffset? retiresOn, string replacement);

        [LoggerMessage(EventIds.ModelRetired, LogLevel.Warning, "Model '{Model}' has retired; references to it now lead to '{Replacement}'")]
        public static partial void Retired(ILogger logger, string model, string replacement);
    }
}
