using System.Diagnostics.CodeAnalysis;
using LlmRouting.Budgets;
using LlmRouting.Catalog;
using LlmRouting.DecisionLog;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace LlmRouting.DependencyInjection;

/// <summary>Adds models and parts to the router that <c>AddLlmRouting</c> registered.</summary>
/// <remarks>Parts are singletons. Not thread-safe.</remarks>
public sealed class LlmRoutingBuilder
{
    internal LlmRoutingBuilder(IServiceCollection services) => Services = services;

    /// <summary>Gets the container's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Adds a model with a client that the host owns.</summary>
    /// <param name="profile">The model's facts.</param>
    /// <param name="client">The client; never disposed by the router.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddModel(ModelProfile profile, IChatClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return AddModel(profile, _ => client);
    }

    /// <summary>Adds a model with a client that a factory gets from the container.</summary>
    /// <param name="profile">The model's facts.</param>
    /// <param name="client">Gets the client, once; the router never disposes it. Must not resolve the unkeyed <see cref="IChatClient"/>: that is the router.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddModel(ModelProfile profile, Func<IServiceProvider, IChatClient> client)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(client);
        Services.AddSingleton(new ModelRegistration(profile.Id, profile, client));
        return this;
    }

    /// <summary>Adds a model with a client that is registered in the container under a key.</summary>
    /// <param name="profile">The model's facts.</param>
    /// <param name="serviceKey">The key of the client; the container disposes it.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddModel(ModelProfile profile, object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        return AddModel(profile, services => services.GetRequiredKeyedService<IChatClient>(serviceKey));
    }

    /// <summary>Adds the client of a model whose facts are in the configuration.</summary>
    /// <param name="modelId">The model's key below <c>Models</c>, where no provider is named then.</param>
    /// <param name="client">Gets the client, once; the router never disposes it. Must not resolve the unkeyed <see cref="IChatClient"/>: that is the router.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddModelClient(string modelId, Func<IServiceProvider, IChatClient> client)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelId);
        ArgumentNullException.ThrowIfNull(client);
        Services.AddSingleton(new ModelRegistration(modelId, null, client));
        return this;
    }

    /// <summary>Adds the client of a model whose facts are in the configuration.</summary>
    /// <param name="modelId">The model's key below <c>Models</c>, where no provider is named then.</param>
    /// <param name="client">The client; never disposed by the router.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddModelClient(string modelId, IChatClient client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return AddModelClient(modelId, _ => client);
    }

    /// <summary>Adds the client of a model whose facts are in the configuration, registered in the container under a key.</summary>
    /// <param name="modelId">The model's key below <c>Models</c>, where no provider is named then.</param>
    /// <param name="serviceKey">The key of the client; the container disposes it.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddModelClient(string modelId, object serviceKey)
    {
        ArgumentNullException.ThrowIfNull(serviceKey);
        return AddModelClient(modelId, services => services.GetRequiredKeyedService<IChatClient>(serviceKey));
    }

    /// <summary>Adds a strategy; it is asked before the built-in ones, unless the configuration lists <c>Strategies</c>.</summary>
    /// <typeparam name="T">The strategy; adding it twice is harmless.</typeparam>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddStrategy<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IRoutingStrategy => Add<IRoutingStrategy, T>();

    /// <summary>Adds a strategy; it is asked before the built-in ones, unless the configuration lists <c>Strategies</c>.</summary>
    /// <param name="strategy">The strategy.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddStrategy(IRoutingStrategy strategy) => Add(strategy);

    /// <summary>Adds a classifier; it is asked before the heuristic, unless the configuration lists <c>Classifiers</c>.</summary>
    /// <typeparam name="T">The classifier; adding it twice is harmless.</typeparam>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddClassifier<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IRequestClassifier => Add<IRequestClassifier, T>();

    /// <summary>Adds a classifier; it is asked before the heuristic, unless the configuration lists <c>Classifiers</c>.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddClassifier(IRequestClassifier classifier) => Add(classifier);

    /// <summary>Adds a constraint beside the built-in ones.</summary>
    /// <typeparam name="T">The constraint; adding it twice is harmless.</typeparam>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddConstraint<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IRoutingConstraint => Add<IRoutingConstraint, T>();

    /// <summary>Adds a constraint beside the built-in ones.</summary>
    /// <param name="constraint">The constraint.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddConstraint(IRoutingConstraint constraint) => Add(constraint);

    /// <summary>Adds a validator; with any, a streamed answer is held back until it has been validated.</summary>
    /// <typeparam name="T">The validator; adding it twice is harmless.</typeparam>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddValidator<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IResponseValidator => Add<IResponseValidator, T>();

    /// <summary>Adds a validator; with any, a streamed answer is held back until it has been validated.</summary>
    /// <param name="validator">The validator.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddValidator(IResponseValidator validator) => Add(validator);

    /// <summary>Adds an observer.</summary>
    /// <typeparam name="T">The observer; adding it twice is harmless.</typeparam>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddObserver<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where T : class, IRoutingObserver => Add<IRoutingObserver, T>();

    /// <summary>Adds an observer.</summary>
    /// <param name="observer">The observer.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddObserver(IRoutingObserver observer) => Add(observer);

    /// <summary>Logs what was decided, from what, and what became of it: a line of JSON for each request.</summary>
    /// <param name="path">Where the files go, such as <c>logs/decisions.jsonl</c>; the configuration's <c>DecisionLog:Path</c> is overridden.</param>
    /// <param name="configure">Sets the rest; null leaves what the configuration or the defaults say.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Holds no text of requests and answers. The container's disposal writes what is left.</remarks>
    public LlmRoutingBuilder AddDecisionLog(string path, Action<DecisionLogOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Services.Configure<LlmRoutingOptions>(options =>
        {
            options.DecisionLog.Path = path;
            configure?.Invoke(options.DecisionLog);
        });
        return this;
    }

    /// <summary>Logs a line for each request that ended to the host's loggers; adding it twice is harmless.</summary>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddDecisionLogger()
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IRoutingObserver, LoggerDecisionLog>(static services =>
            new LoggerDecisionLog((services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger<LoggerDecisionLog>())));
        return this;
    }

    /// <summary>Counts tokens with a counter of the host's, such as a real tokenizer.</summary>
    /// <param name="tokenCounter">The counter.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder UseTokenCounter(ITokenCounter tokenCounter)
    {
        ArgumentNullException.ThrowIfNull(tokenCounter);
        Services.RemoveAll<ITokenCounter>();
        Services.AddSingleton(tokenCounter);
        return this;
    }

    /// <summary>Keeps the accounts of the budgets in a store of the host's, such as one that replicas share.</summary>
    /// <param name="store">The store.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder UseBudgetStore(IBudgetStore store)
    {
        ArgumentNullException.ThrowIfNull(store);
        Services.RemoveAll<IBudgetStore>();
        Services.AddSingleton(store);
        return this;
    }

    /// <summary>Adds a provider, which builds the clients of the kind that it names.</summary>
    /// <param name="provider">The provider.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddProvider(IModelProvider provider) => Add(provider);

    /// <summary>Adds a classifier of one SDK's exceptions.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <returns>The builder.</returns>
    public LlmRoutingBuilder AddFailureClassifier(IFailureClassifier classifier) => Add(classifier);

    /// <summary>Lets catalogs describe what the configuration of a model leaves out: prices, sizes, capabilities, deprecation.</summary>
    /// <param name="paths">Files in the format of models.dev's <c>api.json</c> or LiteLLM's <c>model_prices_and_context_window.json</c>, relative to
    /// the current directory; <c>built-in</c>, or no path at all, means the small dated catalog that ships with the library. The first one that
    /// holds a model describes it.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Asked after those that the configuration lists under <c>Catalog</c>. A file is read at start-up and at each reload of the configuration.</remarks>
    public LlmRoutingBuilder AddModelCatalog(params IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        string[] names = [.. paths];
        Services.AddSingleton(new CatalogRegistration(names.Length == 0 ? [ModelCatalog.BuiltIn] : [.. names]));
        return this;
    }

    /// <summary>Lets the router's configuration have a section that another package reads, and fills that package's options from it.</summary>
    /// <typeparam name="TOptions">The options; a change of the configuration is told to their change token.</typeparam>
    /// <param name="name">The section's key below the router's, such as <c>Onnx</c>.</param>
    /// <param name="keys">The paths of its settings, such as <c>ModelPath</c> or <c>Batch:MaxQueue</c>; any other key is reported as a mistake. What is
    /// below a path that none continues, such as the entries of a map, is not looked at.</param>
    /// <param name="bind">Fills the options from the section, which may be empty.</param>
    /// <returns>The builder. Adding the same options again is harmless: the first call counts.</returns>
    public LlmRoutingBuilder AddSection<TOptions>(string name, IEnumerable<string> keys, Action<IConfiguration, TOptions> bind)
        where TOptions : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(bind);
        if (!Services.Any(static service => service.ServiceType == typeof(SectionOptions<TOptions>)))
        {
            Services.AddSingleton(new ExtensionSection(name, [.. keys]));
            Services.AddSingleton(services => new SectionOptions<TOptions>(services.GetServices<RoutingSection>(), name, bind));
            Services.AddSingleton<IConfigureOptions<TOptions>>(static services => services.GetRequiredService<SectionOptions<TOptions>>());
            Services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(static services => services.GetRequiredService<SectionOptions<TOptions>>());
        }

        return this;
    }

    private LlmRoutingBuilder Add<TSeam, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
        where TSeam : class
        where T : class, TSeam
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<TSeam, T>());
        return this;
    }

    private LlmRoutingBuilder Add<TSeam>(TSeam part)
        where TSeam : class
    {
        ArgumentNullException.ThrowIfNull(part);
        Services.AddSingleton(part);
        return this;
    }
}
