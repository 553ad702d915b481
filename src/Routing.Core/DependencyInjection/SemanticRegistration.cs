using LlmRouting.Classifiers;
using Microsoft.Extensions.AI;

namespace LlmRouting.DependencyInjection;

/// <summary>Remembers that the host added the semantic classifier, and keeps the one that serves.</summary>
/// <remarks>Thread-safe. A reload that leaves the section as it was keeps the classifier, with its embedded examples.</remarks>
internal sealed class SemanticRegistration(IEmbeddingGenerator<string, Embedding<float>> generator, SemanticSettings? settings, TimeProvider? timeProvider)
{
    private readonly Lock _lock = new();
    private SemanticClassifier? _classifier;

    /// <summary>Gets the settings given in code; null takes those of the configuration.</summary>
    internal SemanticSettings? Settings { get; } = settings;

    internal SemanticClassifier Classifier(SemanticSettings settings)
    {
        lock (_lock)
        {
            return _classifier is { } current && current.Settings.IsSame(settings)
                ? current
                : _classifier = new SemanticClassifier(generator, settings, timeProvider);
        }
    }
}
