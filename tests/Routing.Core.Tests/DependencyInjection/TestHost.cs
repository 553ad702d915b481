using LlmRouting.Core.Tests.Support;
using LlmRouting.DependencyInjection;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Core.Tests.DependencyInjection;

/// <summary>Is a container with the router in it, over configuration that can be reloaded.</summary>
internal sealed class TestHost : IDisposable
{
    private readonly ReloadableSource _source;

    public TestHost(
        IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<LlmRoutingBuilder>? configure = null,
        Action<IServiceCollection>? services = null)
    {
        _source = new ReloadableSource(settings ?? Settings.Valid());
        IConfigurationRoot configuration = new ConfigurationBuilder().Add(_source).Build();
        ServiceCollection collection = new();
        collection.AddSingleton<ILoggerFactory>(Logs);
        services?.Invoke(collection);
        LlmRoutingBuilder builder = collection.AddLlmRouting(configuration.GetSection(Settings.Section)).AddProvider(Provider);
        configure?.Invoke(builder);
        Services = collection.BuildServiceProvider();
    }

    public FakeProvider Provider { get; } = new();

    public RecordingLoggerFactory Logs { get; } = new();

    public ServiceProvider Services { get; }

    public IChatClient Chat => Services.GetRequiredService<IChatClient>();

    public Router Router => Services.GetRequiredService<Router>();

    public ModelRegistry Registry => Services.GetRequiredService<ModelRegistry>();

    public void Reload(IEnumerable<KeyValuePair<string, string?>> settings) => _source.Replace(settings);

    public RoutableModel Model(string id) =>
        Registry.Current.Find(id) ?? throw new ArgumentException($"There is no model '{id}'.", nameof(id));

    public async Task<RoutingDecision> DecideAsync(string text = "hello") => await Router.DecideAsync(Make.Messages(text));

    public void Dispose()
    {
        Services.Dispose();
        Logs.Dispose();
    }
}
