using System.Collections.Immutable;
using System.Reflection;
using LlmRouting.DependencyInjection;

namespace LlmRouting.Core.Tests.Shape;

public sealed class ConfigurationPageTests
{
    private static IEnumerable<string> Keys => typeof(ConfigurationKeys)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Where(static level => level.PropertyType == typeof(ImmutableArray<string>))
        .SelectMany(static level => (ImmutableArray<string>)level.GetValue(null)!)
        .Distinct();

    [TestCaseSource(nameof(Keys))]
    public void EverySetting_IsOnThePage(string key) => Assert.That(Repository.Read("docs/configuration.md"), Does.Contain($"`{key}"));
}
