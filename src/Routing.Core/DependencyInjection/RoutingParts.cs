using System.Collections.Immutable;

namespace LlmRouting.DependencyInjection;

/// <summary>Holds what the host registered in the container for the router.</summary>
internal sealed class RoutingParts(
    IEnumerable<ModelRegistration> models,
    IEnumerable<IModelProvider> providers,
    IEnumerable<IRoutingStrategy> strategies,
    IEnumerable<IRequestClassifier> classifiers,
    IEnumerable<IRoutingConstraint> constraints,
    IEnumerable<IResponseValidator> validators,
    IEnumerable<IRoutingObserver> observers,
    IEnumerable<IFailureClassifier> failureClassifiers,
    IEnumerable<CatalogRegistration> catalogs,
    IEnumerable<SemanticRegistration> semantic,
    IEnumerable<RoutingSection> sections,
    IEnumerable<ExtensionSection> extensions)
{
    public ImmutableArray<ModelRegistration> Models { get; } = [.. models];

    public ImmutableArray<IModelProvider> Providers { get; } = [.. providers];

    public ImmutableArray<IRoutingStrategy> Strategies { get; } = [.. strategies];

    public ImmutableArray<IRequestClassifier> Classifiers { get; } = [.. classifiers];

    public ImmutableArray<IRoutingConstraint> Constraints { get; } = [.. constraints];

    public ImmutableArray<IResponseValidator> Validators { get; } = [.. validators];

    public ImmutableArray<IRoutingObserver> Observers { get; } = [.. observers];

    public ImmutableArray<IFailureClassifier> FailureClassifiers { get; } = [.. failureClassifiers];

    public ImmutableArray<CatalogRegistration> Catalogs { get; } = [.. catalogs];

    public SemanticRegistration? Semantic { get; } = semantic.FirstOrDefault();

    public ImmutableArray<RoutingSection> Sections { get; } = [.. sections];

    public ImmutableArray<ExtensionSection> Extensions { get; } = [.. extensions];
}
