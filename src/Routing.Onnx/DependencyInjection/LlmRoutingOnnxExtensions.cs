using System.Diagnostics.Metrics;
using LlmRouting;
using LlmRouting.DependencyInjection;
using LlmRouting.Onnx.Classifiers;
using LlmRouting.Onnx.DependencyInjection;
using LlmRouting.Onnx.Tokenization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the classifier of this package.</summary>
public static class LlmRoutingOnnxExtensions
{
    /// <summary>Adds the ONNX classifier, named <c>onnx</c>; it is asked before the heuristic, unless the configuration lists <c>Classifiers</c>.</summary>
    /// <param name="builder">The builder that <c>AddLlmRouting</c> returned.</param>
    /// <param name="configure">Sets the options, after the section <c>Onnx</c> has; null leaves them to it; default null.</param>
    /// <param name="tokenizer">Gets the tokenizer, once; null reads the one that lies with the model; default null.</param>
    /// <returns>The builder. Adding it again adds to the options and is otherwise harmless.</returns>
    /// <remarks>
    /// Where neither the section nor <paramref name="configure"/> sets anything, the router that ships with this package classifies under the same name;
    /// it needs no ONNX Runtime (docs/default-model.md). Otherwise <c>ModelPath</c> names a model, which is loaded in the background from the start on; until
    /// it is ready, and whenever it fails, requests are classified without it. <see cref="OnnxClassifier"/> is registered then too, for its
    /// <see cref="OnnxClassifier.Status"/>. A changed section loads a new model, which takes the old one's place when it is ready.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static LlmRoutingBuilder AddOnnxClassifier(
        this LlmRoutingBuilder builder, Action<OnnxOptions>? configure = null, Func<IServiceProvider, ITextTokenizer>? tokenizer = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        builder.AddSection<OnnxOptions>(OnnxOptionsReader.SectionName, OnnxOptionsReader.Keys, static (section, options) => section.Bind(options));
        if (configure is not null)
        {
            services.Configure(configure);
        }

        if (services.Any(static service => service.ServiceType == typeof(OnnxRegistration)))
        {
            return builder;
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<OnnxOptions>, OnnxOptionsValidator>());
        services.AddSingleton(provider => new OnnxRegistration(
            provider.GetRequiredService<IOptionsFactory<OnnxOptions>>(),
            provider.GetServices<IOptionsChangeTokenSource<OnnxOptions>>(),
            tokenizer?.Invoke(provider),
            provider.GetService<TimeProvider>(),
            provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
            provider.GetService<IMeterFactory>()));
        services.AddSingleton(static provider => provider.GetRequiredService<OnnxRegistration>().Named);
        services.AddSingleton<IRequestClassifier>(static provider => new ConfiguredClassifier(provider.GetRequiredService<OnnxRegistration>()));
        return builder;
    }
}
