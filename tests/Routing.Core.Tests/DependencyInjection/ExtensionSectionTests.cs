using LlmRouting.DependencyInjection;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace LlmRouting.Core.Tests.DependencyInjection;

public sealed class ExtensionSectionTests
{
    [Test]
    public void Section_OfAnotherPackage_FillsItsOptions_AndTellsOfChanges()
    {
        IConfigurationRoot configuration = Configuration(("LlmRouting:Extra:Size", "3"));
        using ServiceProvider provider = Build(configuration);
        bool hasChanged = false;
        using IDisposable registration = provider.GetRequiredService<IOptionsChangeTokenSource<ExtraSettings>>().GetChangeToken().RegisterChangeCallback(_ => hasChanged = true, null);

        Assert.That(provider.GetRequiredService<IOptions<ExtraSettings>>().Value.Size, Is.EqualTo(3));
        configuration.Reload();
        Assert.That(hasChanged, Is.True);
    }

    [TestCase("Extra:Sise", "LlmRouting:Extra:Sise is not a setting; did you mean 'Size'?")]
    [TestCase("Extra:Batch:Most", "LlmRouting:Extra:Batch:Most is not a setting; known are MaxQueue.")]
    [TestCase("Extraa:Size", "LlmRouting:Extraa is not a setting; did you mean 'Extra'?")]
    public void UnknownKey_IsReported(string key, string expected)
    {
        using ServiceProvider provider = Build(Configuration(($"LlmRouting:{key}", "1")));

        Assert.That(() => provider.GetRequiredService<IChatClient>(), Throws.TypeOf<OptionsValidationException>().With.Message.Contains(expected));
    }

    [TestCase("Extra:Names:anything")]
    [TestCase("extra:batch:maxqueue")]
    public void KnownKey_IsNot(string key)
    {
        using ServiceProvider provider = Build(Configuration(($"LlmRouting:{key}", "1")));

        // No model is configured, and nothing else is wrong.
        Assert.That(
            () => provider.GetRequiredService<IOptionsFactory<LlmRoutingOptions>>().Create(""),
            Throws.TypeOf<OptionsValidationException>().With.Message.Not.Contains("is not a setting"));
    }

    private static IConfigurationRoot Configuration(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();

    private static ServiceProvider Build(IConfiguration configuration)
    {
        ServiceCollection services = new();
        services.AddLlmRouting(configuration.GetSection("LlmRouting"))
            .AddSection<ExtraSettings>("Extra", ["Size", "Batch:MaxQueue", "Names"], static (section, settings) => settings.Size = int.Parse(section["Size"] ?? "0", null));
        return services.BuildServiceProvider();
    }

    private sealed class ExtraSettings
    {
        public int Size { get; set; }
    }
}
