using System.Diagnostics.CodeAnalysis;
using LlmRouting;
using LlmRouting.DependencyInjection;
using LlmRouting.Providers.Anthropic;
using LlmRouting.Providers.OpenAICompatible;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the providers of this package.</summary>
public static class LlmRoutingProvidersExtensions
{
    /// <summary>Adds every kind of service that this package knows, so that <c>Providers:{name}:Kind</c> may name it.</summary>
    /// <param name="builder">The builder that <c>AddLlmRouting</c> returned.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// The same as <see cref="AddOpenAICompatibleProviders"/> and <see cref="AddAnthropicProvider"/>. Of two providers of one kind the first added
    /// serves, so a host that wants its own adds it before. Calling this again is harmless.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    [RequiresUnreferencedCode(AnthropicProvider.TrimmingMessage)]
    public static LlmRoutingBuilder AddProviders(this LlmRoutingBuilder builder) => builder.AddOpenAICompatibleProviders().AddAnthropicProvider();

    /// <summary>Adds OpenAI and every kind of service that speaks its wire format.</summary>
    /// <param name="builder">The builder that <c>AddLlmRouting</c> returned.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Adds an <see cref="IModelProvider"/> for each kind in <see cref="OpenAICompatibleKinds.All"/>, and the <see cref="IFailureClassifier"/> of
    /// their SDK; they use the container's <see cref="TimeProvider"/>, if it has one. Calling this again is harmless. A host that is published
    /// trimmed and needs no other service calls this and not <see cref="AddProviders"/>: the SDK for Anthropic is then trimmed away.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static LlmRoutingBuilder AddOpenAICompatibleProviders(this LlmRoutingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!TryMark<OpenAICompatibleKind>(builder.Services))
        {
            return builder;
        }

        foreach (OpenAICompatibleKind kind in OpenAICompatibleKinds.All)
        {
            builder.Services.AddSingleton<IModelProvider>(provider => new OpenAICompatibleProvider(kind, provider.GetService<TimeProvider>()));
        }

        builder.Services.AddSingleton<IFailureClassifier>(static provider => new OpenAIFailureClassifier(provider.GetService<TimeProvider>()));
        return builder;
    }

    /// <summary>Adds Anthropic, as the kind <c>anthropic</c>.</summary>
    /// <param name="builder">The builder that <c>AddLlmRouting</c> returned.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Adds its <see cref="IModelProvider"/>, and the <see cref="IFailureClassifier"/> of its SDK. Calling this again is harmless. The SDK is not
    /// safe to trim, hence the warning that a trimmed host gets here.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    [RequiresUnreferencedCode(AnthropicProvider.TrimmingMessage)]
    public static LlmRoutingBuilder AddAnthropicProvider(this LlmRoutingBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (TryMark<AnthropicProvider>(builder.Services))
        {
            builder.Services.AddSingleton<IModelProvider>(CreateAnthropic);
            builder.Services.AddSingleton<IFailureClassifier>(static _ => new AnthropicFailureClassifier());
        }

        return builder;
    }

    // A lambda would not inherit the warning of the method around it.
    [RequiresUnreferencedCode(AnthropicProvider.TrimmingMessage)]
    private static AnthropicProvider CreateAnthropic(IServiceProvider provider) => new(provider.GetService<TimeProvider>());

    // Factories cannot be told apart by type, as TryAddEnumerable would have to, so a marker says that they are there.
    private static bool TryMark<TOwner>(IServiceCollection services)
    {
        if (services.Any(static service => service.ServiceType == typeof(Marker<TOwner>)))
        {
            return false;
        }

        services.AddSingleton<Marker<TOwner>>();
        return true;
    }

    private sealed class Marker<TOwner>;
}
