using LlmRouting.Classifiers;
using LlmRouting.DependencyInjection;
using Microsoft.Extensions.AI;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the semantic classifier.</summary>
public static class LlmRoutingSemanticExtensions
{
    /// <summary>Adds the classifier that compares requests with examples; it is asked after the heuristic, unless the configuration lists <c>Classifiers</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="settings">The routes; null takes those of the section <c>Semantic</c>; default null.</param>
    /// <param name="generator">Gets the embedding generator, once; null takes the container's <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>;
    /// default null. The router never disposes it.</param>
    /// <returns>The builder. Adding it again is harmless: the first call counts.</returns>
    public static LlmRoutingBuilder AddSemanticClassifier(
        this LlmRoutingBuilder builder,
        SemanticSettings? settings = null,
        Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>>? generator = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Services.Any(static service => service.ServiceType == typeof(SemanticRegistration)))
        {
            builder.Services.AddSingleton(services => new SemanticRegistration(
                generator is null ? services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>() : generator(services),
                settings,
                services.GetService<TimeProvider>()));
        }

        return builder;
    }
}
