using System.Collections.Immutable;

namespace LlmRouting.DependencyInjection;

/// <summary>Is a model before its clients are made.</summary>
/// <param name="Profile">The facts.</param>
/// <param name="Endpoints">Name, settings and limits of each place that configuration names.</param>
/// <param name="Registration">Where the host's code brings the client instead.</param>
internal sealed record TranslatedModel(
    ModelProfile Profile,
    ImmutableArray<(string Name, ModelEndpointSettings Settings, EndpointLoadSettings Load)> Endpoints,
    ModelRegistration? Registration);
