using LlmRouting.Providers.OpenAICompatible;
using Microsoft.Extensions.DependencyInjection;

namespace LlmRouting.Providers.Tests.DependencyInjection;

[TestFixture]
public sealed class LlmRoutingProvidersExtensionsTests
{
    [Test]
    public void AddProviders_RegistersEveryKindAndTheFailureClassifierOnce()
    {
        ServiceCollection services = new();

        services.AddLlmRouting().AddProviders().AddProviders();
        services.AddLlmRouting().AddProviders();

        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.That(
            provider.GetServices<IModelProvider>().Select(static known => known.Kind),
            Is.EqualTo(OpenAICompatibleKinds.All.Select(static kind => kind.Name)));
        Assert.That(provider.GetServices<IFailureClassifier>(), Has.Exactly(1).InstanceOf<OpenAIFailureClassifier>());
    }

    [Test]
    public void AddProviders_RefusesNull() =>
        Assert.That(static () => LlmRoutingProvidersExtensions.AddProviders(null!), Throws.ArgumentNullException);
}
