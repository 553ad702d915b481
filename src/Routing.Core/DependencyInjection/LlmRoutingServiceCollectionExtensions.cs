using System.Diagnostics.Metrics;
using LlmRouting;
using LlmRouting.Budgets;
using LlmRouting.DependencyInjection;
using LlmRouting.Models;
using LlmRouting.Pipeline;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the router.</summary>
public static class LlmRoutingServiceCollectionExtensions
{
    private const string DefaultPath = "LlmRouting";

    /// <summary>Registers the router, to be configured in code.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Sets the options; null leaves the defaults, and models are added to the builder.</param>
    /// <returns>A builder to add models and parts to.</returns>
    /// <remarks>Registers the unkeyed <see cref="IChatClient"/>, <see cref="Router"/>, <see cref="ModelRegistry"/> and <see cref="BudgetLedger"/>. Calling it again is harmless.</remarks>
    public static LlmRoutingBuilder AddLlmRouting(this IServiceCollection services, Action<LlmRoutingOptions>? configure = null)
    {
        LlmRoutingBuilder builder = AddCore(services);
        if (configure is not null)
        {
            services.Configure(configure);
        }

        return builder;
    }

    /// <summary>Registers the router, configured by a section such as <c>configuration.GetSection("LlmRouting")</c>.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="section">The section; a change of it takes effect at once, an invalid change is logged and ignored.</param>
    /// <returns>A builder to add models and parts to.</returns>
    /// <remarks>Registers the unkeyed <see cref="IChatClient"/>, <see cref="Router"/>, <see cref="ModelRegistry"/> and <see cref="BudgetLedger"/>. Calling it again is harmless.</remarks>
    public static LlmRoutingBuilder AddLlmRouting(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(section);
        LlmRoutingBuilder builder = AddCore(services);
        bool isKnown = services.Any(service => service.ImplementationInstance is RoutingSection { Section: { } known } && IsSame(known, section));
        if (!isKnown)
        {
            services.AddSingleton(new RoutingSection(section, section is IConfigurationSection { Path: { Length: > 0 } path } ? path : DefaultPath));
            services.Configure<LlmRoutingOptions>(section);
        }

        return builder;
    }

    // GetSection makes a new object each time. Two sections are one when path and root are; a root is known by its change token.
    private static bool IsSame(IConfiguration known, IConfiguration section) =>
        ReferenceEquals(known, section)
        || (known is IConfigurationSection left
            && section is IConfigurationSection right
            && string.Equals(left.Path, right.Path, StringComparison.OrdinalIgnoreCase)
            && ReferenceEquals(left.GetReloadToken(), right.GetReloadToken()));

    private static LlmRoutingBuilder AddCore(IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(static service => service.ServiceType == typeof(RoutingRuntime)))
        {
            return new LlmRoutingBuilder(services);
        }

        services.AddOptionsWithValidateOnStart<StartupCheck>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StartupCheck>, StartupCheckValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LlmRoutingOptions>, LlmRoutingOptionsValidator>());
        services.AddSingleton<RoutingParts>();
        services.AddSingleton(static provider => RoutingRuntime.Create(provider, static services => new RoutingRuntime(
            services,
            services.GetRequiredService<RoutingParts>(),
            services.GetRequiredService<IOptionsFactory<LlmRoutingOptions>>(),
            services.GetServices<IOptionsChangeTokenSource<LlmRoutingOptions>>(),
            services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            services.GetService<TimeProvider>(),
            services.GetService<ITokenCounter>(),
            services.GetService<IBudgetStore>(),
            services.GetService<IMeterFactory>())));
        services.AddSingleton<IChatClient>(static provider => provider.GetRequiredService<RoutingRuntime>().Client);
        services.TryAddSingleton(static provider => provider.GetRequiredService<RoutingRuntime>().Client.Router);
        services.TryAddSingleton(static provider => provider.GetRequiredService<RoutingRuntime>().Client.Router.Registry);
        services.TryAddSingleton(static provider => provider.GetRequiredService<RoutingRuntime>().Budgets);
        return new LlmRoutingBuilder(services);
    }
}
