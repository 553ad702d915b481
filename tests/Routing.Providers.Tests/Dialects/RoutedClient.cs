using LlmRouting.Core.Tests;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Providers.Tests.Dialects;

/// <summary>Is the whole router over real adapters, set up from configuration as a host does it.</summary>
internal sealed class RoutedClient : IDisposable
{
    private readonly ServiceProvider _services;

    /// <summary>Sets up one model with an endpoint for each address.</summary>
    public RoutedClient(WireDialect dialect, TimeProvider? timeProvider = null, (string Key, string? Value)[]? settings = null, params Uri[] addresses)
        : this(dialect, static _ => { }, timeProvider, settings, addresses)
    {
    }

    /// <summary>Sets up one model, with further sources of configuration that win over the other settings.</summary>
    public RoutedClient(
        WireDialect dialect, Action<IConfigurationBuilder> configure, TimeProvider? timeProvider, (string Key, string? Value)[]? settings, params Uri[] addresses)
    {
        Dictionary<string, string?> values = new() { ["LlmRouting:Models:model:ModelId"] = "asked" };
        for (int i = 0; i < addresses.Length; i++)
        {
            values[$"LlmRouting:Providers:p{i}:Kind"] = dialect.Kind;
            values[$"LlmRouting:Providers:p{i}:Endpoint"] = addresses[i].OriginalString;
            values[$"LlmRouting:Providers:p{i}:ApiKey"] = WireDialect.Key;
            values[$"LlmRouting:Models:model:Endpoints:{i}:Provider"] = $"p{i}";
        }

        foreach ((string key, string? value) in settings ?? [])
        {
            values[key] = value;
        }

        ServiceCollection services = new();
        services.AddSingleton<ILoggerFactory>(Log);
        if (timeProvider is not null)
        {
            services.AddSingleton(timeProvider);
        }

        IConfigurationBuilder configuration = new ConfigurationBuilder().AddInMemoryCollection(values);
        configure(configuration);
        services.AddLlmRouting(configuration.Build().GetSection("LlmRouting")).AddProviders().AddObserver(Observer);
        _services = services.BuildServiceProvider();
        Chat = _services.GetRequiredService<IChatClient>();
    }

    public IChatClient Chat { get; }

    public RecordedLog Log { get; } = new();

    public RecordingObserver Observer { get; } = new();

    public RoutingOutcome Outcome => Observer.Outcomes.Single();

    public void Dispose() => _services.Dispose();
}
