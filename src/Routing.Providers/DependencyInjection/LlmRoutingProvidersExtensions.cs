using LlmRouting;
using LlmRouting.DependencyInjection;
using LlmRouting.Providers.OpenAICompatible;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the providers of this package.</summary>
public static class LlmRoutingProvidersExtensions
{
    /// <summary>Adds every kind of service that this package knows, so that <c>Providers:{name}:Kind</c> may name it.</summary>
    /// <param name="builder">The builder that <c>AddLlmRouting</c> returned.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Adds one <see cref="IModelProvider"/> for each kind in <see cref="OpenAICompatibleKinds.All"/> and the <see cref="IFailureClassifier"/>
    /// of their SDK. They use the <see cref="TimeProvider"/> that the container holds at that time, if any. Calling it again is harmless; a kind
    /// that the host has added itself before is left alone.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static LlmRoutingBuilder AddProviders(this LlmRoutingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        if (services.Any(static service => service.ServiceType == typeof(Marker)))
        {
            return builder;
        }

        services.AddSingleton<Marker>();
        TimeProvider? timeProvider = services.LastOrDefault(static service => service.ServiceType == typeof(TimeProvider))?.ImplementationInstance as TimeProvider;
        HashSet<string> known = services
            .Where(static service => service.ServiceType == typeof(IModelProvider) && !service.IsKeyedService)
            .Select(static service => (service.ImplementationInstance as IModelProvider)?.Kind)
            .OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (IModelProvider provider in OpenAICompatibleKinds.CreateProviders(timeProvider))
        {
            if (!known.Contains(provider.Kind))
            {
                builder.AddProvider(provider);
            }
        }

        return builder.AddFailureClassifier(new OpenAIFailureClassifier(timeProvider));
    }

    // Says that the providers are there; descriptors of instances cannot be told apart by type as TryAddEnumerable does.
    private sealed class Marker;
}
