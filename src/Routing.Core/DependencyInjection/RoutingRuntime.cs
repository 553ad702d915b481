using System.Diagnostics.Metrics;
using LlmRouting.Admission;
using LlmRouting.Budgets;
using LlmRouting.DecisionLog;
using LlmRouting.Diagnostics;
using LlmRouting.Pipeline;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.DependencyInjection;

/// <summary>Builds the client from the configuration, and rebuilds what a reload changed.</summary>
/// <remarks>
/// Reads the options from their factory, never from a monitor: after one invalid reload a monitor throws for ever, while here the last good
/// configuration stays in force.
/// </remarks>
internal sealed partial class RoutingRuntime : IDisposable
{
    // Which containers build their router on this thread: a model whose client leads back to the router would recurse without end.
    [ThreadStatic]
    private static List<IServiceProvider>? s_building;

    private readonly IServiceProvider _services;
    private readonly RoutingParts _parts;
    private readonly IOptionsFactory<LlmRoutingOptions> _factory;
    private readonly TimeProvider _timeProvider;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly ITokenCounter? _tokenCounter;
    private readonly IMeterFactory? _meterFactory;
    private readonly JsonLinesDecisionLog? _log;
    private readonly List<IDisposable> _reloads = [];
    private readonly Lock _lock = new();
    private Dictionary<(string Model, string Endpoint), ModelEndpoint> _endpoints = [];
    private bool _isDisposed;

    public RoutingRuntime(
        IServiceProvider services,
        RoutingParts parts,
        IOptionsFactory<LlmRoutingOptions> factory,
        IEnumerable<IOptionsChangeTokenSource<LlmRoutingOptions>> changes,
        ILoggerFactory loggers,
        TimeProvider? timeProvider,
        ITokenCounter? tokenCounter,
        IBudgetStore? budgetStore,
        IMeterFactory? meterFactory)
    {
        _services = services;
        _parts = parts;
        _factory = factory;
        _loggers = loggers;
        _logger = loggers.CreateLogger<RoutingRuntime>();
        _timeProvider = timeProvider ?? TimeProvider.System;
        _tokenCounter = tokenCounter;
        _meterFactory = meterFactory;

        TranslatedOptions translated = Read();
        Budgets = new BudgetLedger(translated.Budgets, budgetStore, _timeProvider, loggers.CreateLogger<BudgetLedger>());
        RoutingPipeline pipeline = Prepare(translated);
        pipeline.Models = BuildModels(translated);
        try
        {
            _log = translated.DecisionLog is { } log
                ? new JsonLinesDecisionLog(log, _timeProvider, loggers.CreateLogger<JsonLinesDecisionLog>(), RoutingMetrics.For(meterFactory))
                : null;
            pipeline.Observers = _log is null ? _parts.Observers : [.. _parts.Observers, _log];
            Client = pipeline.Build();
            RoutingMetrics.For(meterFactory).Watch(Budgets);
            foreach (IOptionsChangeTokenSource<LlmRoutingOptions> change in changes)
            {
                _reloads.Add(ChangeToken.OnChange(change.GetChangeToken, Reload));
            }
        }
        catch (Exception)
        {
            // The container gets nothing that it could dispose, and makes everything anew when it is asked again.
            Dispose();
            foreach (ModelEndpoint endpoint in _endpoints.Values)
            {
                endpoint.Retire();
            }

            throw;
        }
    }

    public RoutingChatClient Client { get; }

    /// <summary>Gets the budgets; the ledger outlives a reload, and so does what was spent.</summary>
    public BudgetLedger Budgets { get; }

    public static RoutingRuntime Create(IServiceProvider services, Func<IServiceProvider, RoutingRuntime> create)
    {
        s_building ??= [];
        if (s_building.Contains(services))
        {
            throw new InvalidOperationException(
                "A model's client was resolved as the container's unkeyed IChatClient, which is the router itself. "
                + "Register the model's client under a key and add it with .AddModel(profile, serviceKey).");
        }

        s_building.Add(services);
        try
        {
            return create(services);
        }
        finally
        {
            s_building.Remove(services);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        foreach (IDisposable reload in _reloads)
        {
            reload.Dispose();
        }

        // The container disposes the client only when somebody resolved it; whoever resolved just the router made clients too. There is none yet
        // when the building of this failed.
        Client?.Dispose();
        _log?.Dispose();
    }

    private TranslatedOptions Read()
    {
        TranslatedOptions translated = OptionsTranslator.Translate(_factory.Create(Options.DefaultName), _parts);
        foreach (string unused in translated.Unused)
        {
            Log.Unused(_logger, unused);
        }

        foreach (CatalogNote note in translated.FromCatalog)
        {
            Log.FromCatalog(_logger, note.Model, note.Catalog, note.Fields.Length == 0 ? "nothing" : note.Fields);
        }

        return translated;
    }

    private void Reload()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            try
            {
                TranslatedOptions translated = Read();
                RoutingPlan plan = Prepare(translated).BuildPlan();
                Client.Router.Registry.Update(BuildModels(translated));
                Budgets.Update(translated.Budgets);
                Client.Router.Update(plan);
                Client.Prober?.Apply();
                if (plan.Admission is not null && translated.Admission is { } bounds)
                {
                    plan.Admission.Settings = bounds;
                }

                Log.Applied(_logger, Client.Router.Registry.Current.Models.Length);
            }
            catch (Exception exception)
            {
                // Written by us and by the binder, about settings: the message holds no key and no prompt.
                Log.Rejected(_logger, exception.Message);
            }
        }
    }

    private RoutingPipeline Prepare(TranslatedOptions translated)
    {
        RoutingPipeline pipeline = translated.Pipeline;
        pipeline.TokenCounter = _tokenCounter;
        pipeline.MeterFactory = _meterFactory;
        pipeline.Budgets = translated.Budgets.IsEmpty ? null : Budgets;
        pipeline.TimeProvider = _timeProvider;
        pipeline.LoggerFactory = _loggers;
        pipeline.Admission = LimiterFor(translated.Admission);
        return pipeline;
    }

    // One limiter over all reloads, so that those who run and wait are counted on. One that is switched off is forgotten; those in its queue
    // still come in as places become free.
    private AdmissionLimiter? LimiterFor(AdmissionSettings? settings) =>
        settings is null ? null : Client?.Router.Plan.Admission ?? new AdmissionLimiter(settings, _timeProvider);

    private List<RoutableModel> BuildModels(TranslatedOptions translated)
    {
        Dictionary<(string, string), ModelEndpoint> endpoints = [];
        try
        {
            List<RoutableModel> models = [];
            List<(ModelEndpoint Endpoint, EndpointLoadSettings Load)> loads = [];
            foreach (TranslatedModel model in translated.Models)
            {
                models.Add(new RoutableModel(model.Profile, [.. BuildEndpoints(model, endpoints, loads)]));
            }

            // Last, when nothing can fail any more: endpoints that stay are in use.
            foreach ((ModelEndpoint endpoint, EndpointLoadSettings load) in loads)
            {
                endpoint.ChangeLoad(load);
            }

            _endpoints = endpoints;
            return models;
        }
        catch (Exception)
        {
            // What was made so far serves nobody.
            foreach (ModelEndpoint endpoint in endpoints.Values.Except(_endpoints.Values))
            {
                endpoint.Retire();
            }

            throw;
        }
    }

    private List<ModelEndpoint> BuildEndpoints(
        TranslatedModel model,
        Dictionary<(string, string), ModelEndpoint> endpoints,
        List<(ModelEndpoint Endpoint, EndpointLoadSettings Load)> loads)
    {
        string id = model.Profile.Id;
        List<ModelEndpoint> built = [];
        if (model.Registration is { } registration)
        {
            Add(_endpoints.GetValueOrDefault((id, "default")) ?? new ModelEndpoint(CreateClient(registration)));
        }

        foreach ((string name, ModelEndpointSettings settings, EndpointLoadSettings load) in model.Endpoints)
        {
            // An endpoint whose settings stay the same keeps its client, its connections and what is known of it.
            ModelEndpoint endpoint = _endpoints.GetValueOrDefault((id, name)) is { IsRetired: false } known && settings.Equals(known.Settings)
                ? known
                : new ModelEndpoint(CreateClient(settings), name, settings.ModelId, settings, ownsClient: true);
            Add(endpoint);
            loads.Add((endpoint, load));
        }

        return built;

        void Add(ModelEndpoint endpoint)
        {
            built.Add(endpoint);
            endpoints[(id, endpoint.Name)] = endpoint;
        }
    }

    private IChatClient CreateClient(ModelRegistration registration) =>
        registration.CreateClient(_services)
        ?? throw new InvalidOperationException($"The client of model '{registration.Id}' is null; the factory given to AddModel must return a client.");

    private IChatClient CreateClient(ModelEndpointSettings settings) =>
        _parts.Providers.First(provider => provider.Kind == settings.Kind).CreateClient(settings);

    private static partial class Log
    {
        [LoggerMessage(EventIds.ConfigurationApplied, LogLevel.Information, "A changed configuration is in force: {Models} models in service")]
        public static partial void Applied(ILogger logger, int models);

        [LoggerMessage(EventIds.ConfigurationRejected, LogLevel.Error, "A changed configuration was rejected, and the last good one stays in force: {Errors}")]
        public static partial void Rejected(ILogger logger, string errors);

        [LoggerMessage(EventIds.FromCatalog, LogLevel.Information, "Model '{Model}' is in catalog '{Catalog}', which adds {Fields}")]
        public static partial void FromCatalog(ILogger logger, string model, string catalog, string fields);

        [LoggerMessage(EventIds.StrategyUnused, LogLevel.Warning, "The {What} was added, but the configuration does not list it: it is never asked")]
        public static partial void Unused(ILogger logger, string what);
    }
}
