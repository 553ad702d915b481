using LlmRouting.Core.Tests.DecisionLog;
using LlmRouting.Core.Tests.Support;
using LlmRouting.DependencyInjection;
using LlmRouting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace LlmRouting.Core.Tests.DependencyInjection;

/// <summary>Shows that a router which cannot be built leaves no thread, no timer and no client behind: the container has nothing to dispose.</summary>
[Description("S20 S28")]
public sealed class FailedBuildTests
{
    [Test]
    public void RouterThatCannotBeBuilt_LeavesNothingBehind([Values] bool atTheEnd)
    {
        using TemporaryFolder folder = new();
        ManualTimeProvider clock = new();
        using TestHost host = new(
            Settings.Valid(("DecisionLog:Path", folder.Log), ("Execution:Probes:Enabled", "true")),
            services: services =>
            {
                services.AddSingleton<TimeProvider>(clock);
                if (atTheEnd)
                {
                    services.AddSingleton<IOptionsChangeTokenSource<LlmRoutingOptions>>(new BrokenSource());
                }
                else
                {
                    services.AddSingleton<ILoggerFactory>(new LoggersButTheProbers());
                }
            });

        // The container tries anew each time, and what it leaves behind would add up.
        Assert.That(() => host.Chat, Throws.InvalidOperationException.With.Message.EqualTo("broken"));
        Assert.That(() => host.Chat, Throws.InvalidOperationException.With.Message.EqualTo("broken"));

        Assert.That(clock.ActiveTimers, Is.Zero, "the log's timer ends with its thread");
        Assert.That(host.Provider.Created, Is.Not.Empty);
        Assert.That(host.Provider.Alive, Is.Empty);
    }

    /// <summary>Is a source of changes that cannot be listened to.</summary>
    private sealed class BrokenSource : IOptionsChangeTokenSource<LlmRoutingOptions>
    {
        public string? Name => null;

        public IChangeToken GetChangeToken() => throw new InvalidOperationException("broken");
    }

    /// <summary>Makes every logger but one that is needed after the decision log was made.</summary>
    private sealed class LoggersButTheProbers : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) =>
            categoryName.EndsWith(".EndpointProber", StringComparison.Ordinal)
                ? throw new InvalidOperationException("broken")
                : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }
    }
}
