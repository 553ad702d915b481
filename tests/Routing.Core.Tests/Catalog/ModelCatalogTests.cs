using System.Text.Json;
using LlmRouting.Catalog;
using LlmRouting.Core.Tests.DependencyInjection;
using LlmRouting.Core.Tests.Support;
using Microsoft.Extensions.Options;

namespace LlmRouting.Core.Tests.Catalog;

/// <summary>Shows how catalogs fill what the configuration leaves out.</summary>
public sealed class ModelCatalogTests
{
    private const string Mine = """
        { "x-small": { "litellm_provider": "fake", "mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06, "max_input_tokens": 1000, "supports_vision": true,
                       "input_cost_per_token_above_200k_tokens": 9e-06 } }
        """;

    private string _path = "";

    [SetUp]
    public void Write()
    {
        _path = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"catalog-{TestContext.CurrentContext.Test.ID}.json");
        File.WriteAllText(_path, Mine);
    }

    [TearDown]
    public void Remove() => File.Delete(_path);

    [Test]
    public void Catalog_FillsWhatTheConfigurationLeavesOut_AndSaysSo()
    {
        using TestHost host = new(Settings.Valid(("Catalog:0", _path), ("Models:small:ModelId", "x-small")));

        ModelProfile small = host.Model("small").Profile;

        Assert.That((small.InputUsdPerMillionTokens, small.OutputUsdPerMillionTokens, small.ContextTokens, small.Capabilities), Is.EqualTo(((decimal?)1, (decimal?)2, (int?)1000, ModelCapabilities.Vision)));
        Assert.That(small.Prices.Tiers, Has.Length.EqualTo(1));
        Assert.That(host.Model("large").Profile.Prices, Is.EqualTo(ModelPrices.Unknown), "a model that no catalog holds stays as it is");
        Assert.That(host.Logs.Of(1503), Is.EqualTo([$"Model 'small' is in catalog '{_path}', which adds Prices, ContextTokens, Capabilities"]));
    }

    [Test]
    public void Configuration_WinsFieldByField()
    {
        using TestHost host = new(Settings.Valid(
            ("Catalog:0", _path), ("Models:small:ModelId", "x-small"), ("Models:small:InputUsdPerMillionTokens", "0"), ("Models:small:Capabilities", "None"), ("Models:small:ContextTokens", "7")));

        ModelProfile small = host.Model("small").Profile;

        Assert.That((small.InputUsdPerMillionTokens, small.OutputUsdPerMillionTokens, small.ContextTokens, small.Capabilities), Is.EqualTo(((decimal?)0, (decimal?)2, (int?)7, ModelCapabilities.None)));
        Assert.That(small.Prices.Tiers, Is.Empty, "the catalog's tiers belong to its own price list");
    }

    [Test]
    public void Endpoints_AreLookedUpInTheirOrder()
    {
        using TestHost host = new(Settings.Valid(
            ("Catalog:0", _path), ("Models:small:Provider", null), ("Models:small:Endpoints:a:Provider", "lab"), ("Models:small:Endpoints:b:Provider", "lab"), ("Models:small:Endpoints:b:ModelId", "x-small")));

        Assert.That(host.Model("small").Profile.InputUsdPerMillionTokens, Is.EqualTo(1));
    }

    [Test]
    public void Reload_ReadsTheFileAnew_AndABrokenOneChangesNothing()
    {
        using TestHost host = new(Settings.Valid(("Catalog:0", _path), ("Models:small:ModelId", "x-small")));
        Assert.That(host.Model("small").Profile.InputUsdPerMillionTokens, Is.EqualTo(1));

        File.WriteAllText(_path, Mine.Replace("1e-06", "3e-06", StringComparison.Ordinal));
        host.Reload(Settings.Valid(("Catalog:0", _path), ("Models:small:ModelId", "x-small")));
        Assert.That(host.Model("small").Profile.InputUsdPerMillionTokens, Is.EqualTo(3));

        File.WriteAllText(_path, Mine.Replace("1e-06", "\"cheap\"", StringComparison.Ordinal));
        host.Reload(Settings.Valid(("Catalog:0", _path), ("Models:small:ModelId", "x-small")));
        Assert.That(host.Model("small").Profile.InputUsdPerMillionTokens, Is.EqualTo(3), "the last good configuration stays in force");
        Assert.That(host.Logs.Of(1501).Single(), Does.Contain($"LlmRouting:Catalog: {_path}:x-small:input_cost_per_token is \"cheap\""));
    }

    [Test]
    public void MissingFile_IsAnErrorWithItsName()
    {
        using TestHost host = new(Settings.Valid(("Catalog:0", "no/such/file.json")));

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(() => _ = host.Registry)!;

        Assert.That(exception.Failures, Is.EqualTo(["LlmRouting:Catalog: no/such/file.json cannot be read (DirectoryNotFoundException); name a file that exists, or 'built-in'."]));
    }

    [Test]
    public void CatalogsOfTheConfiguration_AreAskedBeforeThoseOfCode()
    {
        string other = $"{_path}.other";
        File.WriteAllText(other, Mine.Replace("1e-06", "5e-06", StringComparison.Ordinal));
        try
        {
            using TestHost both = new(Settings.Valid(("Catalog:0", _path), ("Models:small:ModelId", "x-small")), builder => builder.AddModelCatalog(other));
            using TestHost code = new(Settings.Valid(("Models:small:ModelId", "x-small")), builder => builder.AddModelCatalog(other, ModelCatalog.BuiltIn));

            Assert.That(both.Model("small").Profile.InputUsdPerMillionTokens, Is.EqualTo(1));
            Assert.That(code.Model("small").Profile.InputUsdPerMillionTokens, Is.EqualTo(5));
        }
        finally
        {
            File.Delete(other);
        }
    }

    [TestCase("groq", "llama-3.3-70b-versatile", 0.59)]
    [TestCase("Anthropic", "claude-sonnet-4-5", 3)]
    [TestCase("gemini", "gemini-2.5-pro", 1.25)]
    [TestCase("azure-openai", "gpt-4o", null)]
    public void BuiltInCatalog_IsAskedByKindAndName(string kind, string id, double? input)
    {
        List<string> errors = [];
        using ModelCatalog catalog = new([ModelCatalog.BuiltIn], errors);

        Assert.That((double?)catalog.Find(kind, id, errors)?.Prices.Tokens.Input, Is.EqualTo(input));
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public void BuiltInCatalog_GivesTheSourceAndDateOfEachModel_AndReadsWithoutAMistake()
    {
        using Stream resource = typeof(ModelProfile).Assembly.GetManifestResourceStream("LlmRouting.Catalog.catalog.json")!;
        using JsonDocument document = JsonDocument.Parse(resource);
        List<string> errors = [];
        using ModelCatalog catalog = new([ModelCatalog.BuiltIn], errors);
        int models = 0;
        foreach (JsonProperty provider in document.RootElement.EnumerateObject().Where(static provider => provider.Name != "about"))
        {
            foreach (JsonProperty model in provider.Value.GetProperty("models").EnumerateObject())
            {
                models++;
                CatalogModel known = catalog.Find(provider.Name, model.Name, errors)!;
                Assert.That(model.Value.GetProperty("source").GetString(), Is.Not.Empty, model.Name);
                Assert.That(DateOnly.ParseExact(model.Value.GetProperty("as_of").GetString()!, "yyyy-MM-dd"), Is.GreaterThan(new DateOnly(2026, 1, 1)), model.Name);
                Assert.That(known.Prices.Tokens.Input is null, Is.EqualTo(known.Prices.Tokens.Output is null), $"{model.Name}: half a price list is none");
                Assert.That(known.Prices.Tokens.CachedInput >= known.Prices.Tokens.Input, Is.False, model.Name);
            }
        }

        Assert.That(models, Is.GreaterThan(20));
        Assert.That(errors, Is.Empty);
    }

    [Test]
    public void AddModelCatalog_WithoutAPath_MeansTheOneThatShips()
    {
        using TestHost host = new(
            Settings.Valid(("Models:small:ModelId", "gpt-4o-mini"), ("Providers:lab:Kind", "openai")),
            builder => builder.AddProvider(new FakeProvider("openai")).AddModelCatalog());

        ModelProfile small = host.Model("small").Profile;

        Assert.That((small.InputUsdPerMillionTokens, small.ContextTokens), Is.EqualTo(((decimal?)0.15m, (int?)128_000)));
        Assert.That(host.Logs.Of(1503).Single(), Does.StartWith("Model 'small' is in catalog 'built-in', which adds Prices"));
    }
}
