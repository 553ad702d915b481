using LlmRouting;
using LlmRouting.DependencyInjection;
using LlmRouting.Onnx.DependencyInjection;
using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Training;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what was trained with <see cref="RouterTrainer"/>.</summary>
public static class LlmRoutingLearnedExtensions
{
    /// <summary>Adds a classifier that was trained on the complexity of requests; it is asked before the heuristic, unless the configuration lists <c>Classifiers</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The ONNX file of a router, relative to the current directory; null, the default, takes the router that ships with this package.</param>
    /// <param name="name">What configuration and records call it; default <c>learned</c>.</param>
    /// <param name="generator">Gets the generator that embedded the training requests, once, for a router that was trained with embeddings; null, the default, takes the container's
    /// <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>. Never disposed here, and not asked for by a router that needs none.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Loads the file at once, and needs no ONNX Runtime. A host does not start without the generator that its router needs. What the router that ships can and cannot do: docs/default-model.md.</remarks>
    /// <exception cref="InvalidDataException">The file is no router, is damaged, or has features of a version that this library does not know.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The router was trained on something else than complexity.</exception>
    public static LlmRoutingBuilder AddLearnedClassifier(
        this LlmRoutingBuilder builder,
        string? path = null,
        string name = "learned",
        Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>>? generator = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        TrainedRouter router = path is null ? DefaultModel.Router : TrainedRouter.Load(path);
        if (router.EmbeddingLength == 0)
        {
            return builder.AddClassifier(new LearnedClassifier(router, name));
        }

        LearnedClassifier.Check(router, name);
        builder.Services.AddSingleton<IRequestClassifier>(services => new LearnedClassifier(router, name, GeneratorOf(services, generator), timeProvider: services.GetService<TimeProvider>()));
        return builder;
    }

    /// <summary>Adds a strategy that was trained for a pair or a pool of models; it is asked before the built-in ones, unless the configuration lists <c>Strategies</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The ONNX file of a router, relative to the current directory.</param>
    /// <param name="settings">How it is used; null takes the defaults.</param>
    /// <param name="generator">Gets the generator that embedded the training requests, once; null, the default, takes the container's <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/> where the
    /// router was trained with embeddings. Never disposed here.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Loads the file at once, and needs no ONNX Runtime. A host refuses to start when a model of the router is not registered, or the generator that it needs is missing. While the host runs, a changed file
    /// replaces the router (<see cref="LearnedStrategySettings.ReloadPeriod"/>); one that cannot be used is reported once, and the last good one stays.</remarks>
    /// <exception cref="InvalidDataException">The file is no router, is damaged, or has features of a version that this library does not know.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The router was trained on complexity, holds no threshold where none is set, or a setting is out of range.</exception>
    public static LlmRoutingBuilder AddLearnedRouter(
        this LlmRoutingBuilder builder,
        string path,
        LearnedStrategySettings? settings = null,
        Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>>? generator = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var file = LearnedRouterFile.Open(path, settings);
        object key = new();
        builder.Services.AddKeyedSingleton(key, (services, _) => new LearnedRouterReloader(
            file, services.GetService<TimeProvider>() ?? TimeProvider.System, services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            generator is null && file.Router.EmbeddingLength == 0 ? null : GeneratorOf(services, generator)));
        builder.Services.AddSingleton<IRoutingStrategy>(services => services.GetRequiredKeyedService<LearnedRouterReloader>(key).Strategy);
        builder.Services.AddOptionsWithValidateOnStart<LearnedRouterCheck>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LearnedRouterCheck>, LearnedRouterValidator>());
        return builder;
    }

    private static IEmbeddingGenerator<string, Embedding<float>>? GeneratorOf(
        IServiceProvider services, Func<IServiceProvider, IEmbeddingGenerator<string, Embedding<float>>>? generator) =>
        generator is null ? services.GetService<IEmbeddingGenerator<string, Embedding<float>>>() : generator(services);
}
