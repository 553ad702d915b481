using LlmRouting.Classifiers;

namespace LlmRouting.Onnx.DependencyInjection;

/// <summary>Is the classifier <c>onnx</c>: the model that the configuration names, or the router that ships while it names none.</summary>
internal sealed class ConfiguredClassifier(OnnxRegistration registration) : IReportingClassifier
{
    public string Name => OnnxRegistration.ClassifierName;

    public string Report => registration.Current is IReportingClassifier current ? current.Report : "";

    public ValueTask<Classification> ClassifyAsync(RoutingRequest request, CancellationToken cancellationToken) =>
        registration.Current.ClassifyAsync(request, cancellationToken);
}
