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
    /// Adds an <see cref="IModelProvider"/> for each kind in <see cref="OpenAICompatibleKinds.All"/>, and the <see cref="IFailureClassifier"/> of
    /// their SDK; they use the container's <see cref="TimeProvider"/>, if it has one. Of two providers of one kind the first added serves, so a
    /// host that wants its own adds it before. Calling this again is harmless.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static LlmRoutingBuilder AddProviders(this LlmRoutingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;

        // Factories cannot be told apart by type, as TryAddEnumerable would have to, so a marker says that they are there.
        if (services.Any(static service => service.ServiceType == typeof(Marker)))
        {
            return builder;
        }

        services.AddSingleton<Marker>();
        foreach (OpenAICompatibleKind kind in OpenAICompatibleKinds.All)
        {
            services.AddSingleton<IModelProvider>(provider => new OpenAICompatibleProvider(kind, provider.GetService<TimeProvider>()));
        }

        services.AddSingleton<IFailureClassifier>(static provider => new OpenAIFailureClassifier(provider.GetService<TimeProvider>()));
        return builder;
    }

    private sealed class Marker;
}
