using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Runs the simulated models: one HTTP server on loopback for each endpoint, on a port that the system picks.</summary>
internal sealed class SimulatorHost : IAsyncDisposable
{
    private readonly ImmutableArray<WebApplication> _servers;

    private SimulatorHost(ImmutableArray<WebApplication> servers) => _servers = servers;

    /// <summary>Starts the servers and writes their addresses into the configuration.</summary>
    public static async Task<SimulatorHost> StartAsync(ConfigurationManager configuration, Workload workload)
    {
        SimulatorOptions options = new();
        configuration.GetSection("Simulators").Bind(options);
        Answers answers = new(options.Answers, workload);
        Outages outages = new(options.Outages.Values);
        ImmutableArray<WebApplication>.Builder servers = ImmutableArray.CreateBuilder<WebApplication>();
        Dictionary<string, string?> addresses = [];
        foreach ((string name, SimulatedModelOptions model) in options.Models)
        {
            foreach (string endpoint in model.Endpoints)
            {
                WebApplication server = await StartAsync(new SimulatedEndpoint(endpoint, new SimulatedModel(name, model, answers), outages));
                servers.Add(server);
                addresses[$"LlmRouting:Providers:{endpoint}:Endpoint"] = $"{server.Urls.Single()}/v1";
            }
        }

        configuration.AddInMemoryCollection(addresses);
        return new SimulatorHost(servers.ToImmutable());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication server in _servers)
        {
            // The clients keep their connections open; nobody waits for them.
            await server.StopAsync(new CancellationToken(canceled: true));
            await server.DisposeAsync();
        }
    }

    private static async Task<WebApplication> StartAsync(SimulatedEndpoint endpoint)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication server = builder.Build();
        server.Run(endpoint.HandleAsync);
        await server.StartAsync();
        return server;
    }
}
