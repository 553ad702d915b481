using LlmRouting.DecisionLog;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using LlmRouting.QuickStart.Simulators;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LlmRouting.QuickStart;

/// <summary>Tells the story: start the models, add the router, send the workload, sum up.</summary>
internal static class QuickStartApp
{
    private const int Cancelled = 130;

    /// <returns>0 when every request was answered, 1 when one was not, 2 when the input is bad, 130 when cancelled.</returns>
    public static async Task<int> RunAsync(
        string[] args,
        TextWriter output,
        IEnumerable<KeyValuePair<string, string?>>? overrides = null,
        CancellationToken cancellationToken = default)
    {
        try
        {
            QuickStartOptions options = QuickStartOptions.Parse(args);
            return await RunAsync(options, output, overrides ?? [], cancellationToken);
        }
        catch (Exception exception) when (BadInput.Explain(exception) is { } lines)
        {
            foreach (string line in lines)
            {
                await output.WriteLineAsync(line);
            }

            return 2;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync("Cancelled before the first request.");
            return Cancelled;
        }
    }

    private static async Task<int> RunAsync(
        QuickStartOptions options, TextWriter output, IEnumerable<KeyValuePair<string, string?>> overrides, CancellationToken cancellationToken)
    {
        // 1. The models: simulated ones on loopback, or real ones if a key or an appsettings.Local.json is there.
        Workload workload = Workload.Load(options.Requests);
        Backend backend = Backend.Choose(options.Simulate);
        ConfigurationManager configuration = backend.ReadConfiguration(overrides);
        await using SimulatorHost? simulators = backend.IsSimulated ? await SimulatorHost.StartAsync(configuration, workload) : null;

        // 2. The router: one line, and one for its log. What it knows about the models is in appsettings.json and in the file that the backend adds.
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Configuration = configuration, DisableDefaults = true });
        builder.Services.AddLlmRouting(builder.Configuration.GetSection("LlmRouting")).AddProviders()
            .AddDecisionLog(Path.Combine(AppContext.BaseDirectory, "logs", "decisions.jsonl"), static log => log.MaxFiles = 5);
        using MetricsKeeper metrics = new();
        using IHost host = builder.Build();
        await host.StartAsync(cancellationToken);
        IChatClient chat = host.Services.GetRequiredService<IChatClient>();

        // 3. The requests: the caller sees an ordinary IChatClient, and each answer says how it came about.
        Report report = new(output, host.Services.GetRequiredService<ModelRegistry>().Current, backend, options);
        report.Begin(workload.Items.Length);
        await report.WatchAsync(() => new WorkloadRunner(chat, options.Concurrency).RunAsync(workload, report, cancellationToken));

        // 4. The sum.
        bool isWhole = !cancellationToken.IsCancellationRequested;
        report.End(isWhole ? await WorkloadRunner.TimeDecisionsAsync(host.Services.GetRequiredService<Router>(), workload) : null);
        if (isWhole)
        {
            // 5. What a budget stops, what the log holds, where the metrics go.
            report.Say(await BudgetStory.RunAsync(chat, cancellationToken));
            foreach (string line in chat.GetService<JsonLinesDecisionLog>() is { } log ? DecisionLogStory.Lines(log) : [])
            {
                report.Say(line);
            }

            report.Say(metrics.Line());
        }

        return !isWhole ? Cancelled : report.Unanswered == 0 ? 0 : 1;
    }
}
