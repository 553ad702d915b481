using System.Text;
using LlmRouting.Catalog;

namespace LlmRouting.Core.Tests.Catalog;

public sealed class CatalogFileTests
{
    private const string Flat = """
        {
          "sample_spec": { "litellm_provider": "one of ...", "max_tokens": "LEGACY", "input_cost_per_token": 0, "mode": "one of ..." },
          "gpt-x": {
            "litellm_provider": "openai", "mode": "chat", "max_input_tokens": 400000, "max_output_tokens": 128000, "max_tokens": 1,
            "input_cost_per_token": 1.25e-06, "output_cost_per_token": 1e-05, "cache_read_input_token_cost": 1.25e-07,
            "cache_creation_input_token_cost": 2e-6, "cache_creation_input_token_cost_above_1hr": 3e-6,
            "input_cost_per_audio_token": 4e-5, "output_cost_per_audio_token": 8e-5, "output_cost_per_reasoning_token": 2e-5, "input_cost_per_request": 0.005,
            "input_cost_per_token_batches": 6.25e-07, "output_cost_per_token_batches": 5e-06,
            "input_cost_per_token_above_200k_tokens": 2.5e-06, "output_cost_per_token_above_200k_tokens": 1.5e-05, "cache_read_input_token_cost_above_200k_tokens": 2.5e-07,
            "input_cost_per_token_above_128k_tokens": 1.5e-06,
            "supports_function_calling": true, "supports_response_schema": true, "supports_vision": true, "supports_pdf_input": true, "supports_audio_input": false,
            "supports_reasoning": true, "deprecation_date": "2027-01-31", "some_field_of_tomorrow": { "a": [1] }
          },
          "azure/gpt-x": { "litellm_provider": "azure", "mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 2e-06 },
          "embed-x": { "litellm_provider": "openai", "mode": "embedding", "input_cost_per_token": 1e-08 }
        }
        """;

    private const string Nested = """
        {
          "openai": { "id": "openai", "name": "OpenAI", "models": {
            "gpt-x": {
              "id": "gpt-x", "attachment": true, "reasoning": true, "tool_call": true, "structured_output": true, "temperature": true, "status": "deprecated",
              "modalities": { "input": ["text", "image", "audio", "video", "pdf"], "output": ["text"] },
              "cost": { "input": 1.25, "output": 10, "cache_read": 0.125, "cache_write": 1.5, "input_audio": 40, "output_audio": 80, "reasoning": 12,
                        "context_over_200k": { "input": 2.5, "output": 15 } },
              "limit": { "context": 400000, "output": 0 }
            },
            "gpt-y": { "id": "gpt-y", "tool_call": { "supported": true }, "cost": { "input": 1, "output": 2, "tiers": [ { "tier": { "size": 128000, "type": "context" }, "input": 3 } ] } }
          } }
        }
        """;

    [Test]
    public void FlatFormat_IsReadWhole()
    {
        CatalogModel model = Find(Flat, "gpt-x", "openai")!;

        ModelPrices expected = new()
        {
            Tokens = new TokenPrices
            {
                Input = 1.25m, Output = 10, CachedInput = 0.125m, CacheWrite = 2, CacheWriteHour = 3, AudioInput = 40, AudioOutput = 80, Reasoning = 20,
            },
            PerRequestUsd = 0.005m,
            BatchFactor = 0.5m,
            Tiers = [new PriceTier(128_000, new TokenPrices { Input = 1.5m }), new PriceTier(200_000, new TokenPrices { Input = 2.5m, Output = 15, CachedInput = 0.25m })],
        };
        Assert.That(model.Prices, Is.EqualTo(expected));
        Assert.That((model.ContextTokens, model.MaxOutputTokens, model.DeprecatedOn), Is.EqualTo(((int?)400_000, (int?)128_000, (DateTimeOffset?)new DateTimeOffset(2027, 1, 31, 0, 0, 0, TimeSpan.Zero))));
        Assert.That(model.Capabilities, Is.EqualTo(ModelCapabilities.Tools | ModelCapabilities.JsonSchema | ModelCapabilities.Vision | ModelCapabilities.Documents | ModelCapabilities.Reasoning));
    }

    [Test]
    public void NestedFormat_IsReadWhole()
    {
        CatalogModel model = Find(Nested, "gpt-x", "openai")!;

        ModelPrices expected = new()
        {
            Tokens = new TokenPrices { Input = 1.25m, Output = 10, CachedInput = 0.125m, CacheWrite = 1.5m, AudioInput = 40, AudioOutput = 80, Reasoning = 12 },
            Tiers = [new PriceTier(200_000, new TokenPrices { Input = 2.5m, Output = 15 })],
        };
        Assert.That(model.Prices, Is.EqualTo(expected));
        Assert.That((model.ContextTokens, model.MaxOutputTokens), Is.EqualTo(((int?)400_000, (int?)null)), "0 is how catalogs write that they do not know");
        Assert.That(model.DeprecatedOn, Is.EqualTo(DateTimeOffset.UnixEpoch));
        Assert.That(model.Capabilities, Is.EqualTo(
            ModelCapabilities.Tools | ModelCapabilities.JsonSchema | ModelCapabilities.Vision | ModelCapabilities.Audio | ModelCapabilities.Documents | ModelCapabilities.Reasoning));

        CatalogModel other = Find(Nested, "gpt-y", "openai")!;
        Assert.That(other.Prices.Tiers, Is.EqualTo([new PriceTier(128_000, new TokenPrices { Input = 3 })]));
        Assert.That(other.Capabilities, Is.EqualTo(ModelCapabilities.Tools));
    }

    [TestCase("gpt-x", "openai", 1.25)]
    [TestCase("gpt-x", "azure", 2)]
    [TestCase("azure/gpt-x", "azure", 2)]
    [TestCase("azure/gpt-x", "openai", null)]
    [TestCase("GPT-X", "openai", null)]
    [TestCase("gpt", "openai", null)]
    [TestCase("gpt-x-2027", "openai", null)]
    [TestCase("gpt-x", "groq", null)]
    [TestCase("embed-x", "openai", null)]
    [TestCase("sample_spec", "one of ...", null)]
    public void Lookup_IsExact_AndNeverFuzzy(string id, string provider, double? input) =>
        Assert.That((double?)Find(Flat, id, provider)?.Prices.Tokens.Input, Is.EqualTo(input));

    [Test]
    public void WrongFields_AreAllNamed_AndTheRestCounts()
    {
        List<string> errors = [];
        CatalogModel model = Find(
            """
            { "m": { "litellm_provider": "p", "input_cost_per_token": "free", "output_cost_per_token": -1, "cache_read_input_token_cost": 1e300, "max_input_tokens": 1.5,
                     "max_output_tokens": 99999999999, "supports_vision": "yes", "deprecation_date": "soon", "mode": 7, "input_cost_per_request": [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18],
                     "cache_creation_input_token_cost": 1e-6 } }
            """,
            "m",
            "p",
            errors)!;

        Assert.That(model.Prices.Tokens, Is.EqualTo(new TokenPrices { CacheWrite = 1 }));
        Assert.That(errors.Distinct(), Is.EquivalentTo(new[]
        {
            "test:m:mode is 7; it must be a text, or left out.",
            "test:m:input_cost_per_token is \"free\"; it must be a number of at least 0, or left out.",
            "test:m:output_cost_per_token is -1; it must be a number of at least 0, or left out.",
            "test:m:cache_read_input_token_cost is 1e300; it must be a number of at least 0, or left out.",
            "test:m:input_cost_per_request is [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,...; it must be a number of at least 0, or left out.",
            "test:m:max_input_tokens is 1.5; it must be a whole number of tokens, or left out.",
            "test:m:max_output_tokens is 99999999999; it must be a whole number of tokens, or left out.",
            "test:m:supports_vision is \"yes\"; it must be true or false, or left out.",
            "test:m:deprecation_date is \"soon\"; it must be a day such as 2026-01-31, or left out.",
        }));
    }

    [Test]
    [Description("R15: a price in the other format's unit is off by a million, and no price that anybody asks")]
    public void PricesInTheOtherUnit_AreNamed()
    {
        List<string> errors = [];
        CatalogModel flat = Find("""{ "m": { "litellm_provider": "p", "input_cost_per_token": 2.5, "output_cost_per_token": 0, "cache_read_input_token_cost": 6e-4 } }""", "m", "p", errors)!;
        CatalogModel nested = Find("""{ "p": { "models": { "n": { "cost": { "input": 0.0000025, "output": 600, "cache_read": 0.001 } } } } }""", "n", "p", errors)!;

        Assert.That(flat.Prices.Tokens, Is.EqualTo(new TokenPrices { Output = 0, CachedInput = 600 }));
        Assert.That(nested.Prices.Tokens, Is.EqualTo(new TokenPrices { Output = 600, CachedInput = 0.001m }));
        Assert.That(errors, Is.EqualTo(new[]
        {
            "test:m:input_cost_per_token is 2.5; it must be the price of one token in USD, or left out.",
            "test:p:n:cost:input is 0.0000025; it must be the price of a million tokens in USD, or left out.",
        }));
    }

    [Test]
    public void WrongShapes_OfTheNestedFormat_AreNamed()
    {
        List<string> errors = [];
        Find("""{ "p": { "models": { "m": { "cost": 7, "limit": [], "modalities": { "input": "text" }, "tool_call": 1 }, "n": { "cost": { "tiers": {} } } } } }""", "m", "p", errors);
        Find("""{ "p": { "models": { "n": { "cost": { "tiers": {}, "context_over_200k": 5 } } } } }""", "n", "p", errors);

        Assert.That(errors, Is.EquivalentTo(new[]
        {
            "test:p:m:cost is 7; it must be an object, or left out.",
            "test:p:m:limit is []; it must be an object, or left out.",
            "test:p:m:modalities:input is \"text\"; it must be a list, or left out.",
            "test:p:m:tool_call is 1; it must be true or false, or left out.",
            "test:p:n:cost:context_over_200k is 5; it must be an object, or left out.",
            "test:p:n:cost:tiers is {}; it must be a list, or left out.",
        }));
    }

    [TestCase("", "test is not JSON: line 1, byte 0.")]
    [TestCase("{ \"a\": ", "test is not JSON: line 1, byte 7.")]
    [TestCase("[]", "test is no model catalog: neither models.dev's api.json nor LiteLLM's model_prices_and_context_window.json.")]
    [TestCase("{}", "test is no model catalog: neither models.dev's api.json nor LiteLLM's model_prices_and_context_window.json.")]
    [TestCase("{\"a\":{\"models\":[]},\"b\":3}", "test is no model catalog: neither models.dev's api.json nor LiteLLM's model_prices_and_context_window.json.")]
    public void CorruptFile_GetsAClearError(string json, string expected)
    {
        List<string> errors = [];

        using CatalogFile? file = Open(json, errors);

        Assert.That(file, Is.Null);
        Assert.That(errors, Is.EqualTo([expected]));
    }

    [Test]
    public void HostileFiles_GetAClearError()
    {
        List<string> errors = [];

        using CatalogFile? deep = Open(new string('[', 100_000), errors);
        using CatalogFile? huge = CatalogFile.Open(new HugeStream(), "test", errors);

        Assert.That((deep, huge), Is.EqualTo(((CatalogFile?)null, (CatalogFile?)null)));
        Assert.That(errors, Has.Count.EqualTo(2));
        Assert.That(errors[0], Does.StartWith("test is not JSON: line 1"));
        Assert.That(errors[1], Is.EqualTo("test has more than 64 MB; that is no model catalog."));
    }

    private static CatalogModel? Find(string json, string id, string provider, List<string>? errors = null)
    {
        errors ??= [];
        using CatalogFile file = Open(json, errors)!;
        return file.Find([provider], id, errors);
    }

    private static CatalogFile? Open(string json, List<string> errors)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(json));
        return CatalogFile.Open(stream, "test", errors);
    }

    private sealed class HugeStream : MemoryStream
    {
        public override long Length => CatalogFile.MaxBytes + 1;

        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("It must not be read.");
    }
}
