using LlmRouting.Providers.Anthropic;
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
            Is.EqualTo(OpenAICompatibleKinds.All.Select(static kind => kind.Name).Append("anthropic")));
        Assert.That(provider.GetServices<IFailureClassifier>(), Has.Exactly(1).InstanceOf<OpenAIFailureClassifier>());
        Assert.That(provider.GetServices<IFailureClassifier>(), Has.Exactly(1).InstanceOf<AnthropicFailureClassifier>());
    }

    [Test]
    public void AddOpenAICompatibleProviders_LeavesAnthropicOut()
    {
        ServiceCollection services = new();

        services.AddLlmRouting().AddOpenAICompatibleProviders().AddOpenAICompatibleProviders();

        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.That(provider.GetServices<IModelProvider>().ToArray(), Has.Length.EqualTo(OpenAICompatibleKinds.All.Length));
        Assert.That(provider.GetServices<IFailureClassifier>(), Has.All.InstanceOf<OpenAIFailureClassifier>());
    }

    [Test]
    public void AddProviders_RefusesNull() =>
        Assert.That(static () => LlmRoutingProvidersExtensions.AddProviders(null!), Throws.ArgumentNullException);

    [Test]
    public void AddAnthropicProvider_RefusesNull() =>
        Assert.That(static () => LlmRoutingProvidersExtensions.AddAnthropicProvider(null!), Throws.ArgumentNullException);
}
