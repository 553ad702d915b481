using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace LlmRouting.Catalog;

/// <summary>Reads a model as LiteLLM's <c>model_prices_and_context_window.json</c> describes it: flat fields, prices for one token.</summary>
internal static class FlatCatalogModel
{
    private const string InputField = "input_cost_per_token";
    private const string OutputField = "output_cost_per_token";
    private const string CachedField = "cache_read_input_token_cost";
    private const string WriteField = "cache_creation_input_token_cost";
    private const string HourField = "cache_creation_input_token_cost_above_1hr";
    private const string TierInfix = "_above_";
    private const string TierSuffix = "k_tokens";

    public static CatalogModel Read(CatalogEntry entry, string source) => new()
    {
        Source = source,
        Prices = new ModelPrices
        {
            Tokens = new TokenPrices
            {
                Input = entry.TokenPrice(InputField, tokens: 1),
                Output = entry.TokenPrice(OutputField, tokens: 1),
                CachedInput = entry.TokenPrice(CachedField, tokens: 1),
                CacheWrite = entry.TokenPrice(WriteField, tokens: 1),
                CacheWriteHour = entry.TokenPrice(HourField, tokens: 1),
                AudioInput = entry.TokenPrice("input_cost_per_audio_token", tokens: 1),
                AudioOutput = entry.TokenPrice("output_cost_per_audio_token", tokens: 1),
                ImageInput = entry.TokenPrice("input_cost_per_image_token", tokens: 1),
                Reasoning = entry.TokenPrice("output_cost_per_reasoning_token", tokens: 1),
            },
            PerRequestUsd = entry.Price("input_cost_per_request"),
            BatchFactor = BatchFactor(entry),
            Tiers = Tiers(entry),
        },
        ContextTokens = entry.Tokens("max_input_tokens"),
        MaxOutputTokens = entry.Tokens("max_output_tokens") ?? entry.Tokens("max_tokens"),
        Capabilities = Capabilities(entry),
        DeprecatedOn = entry.Day("deprecation_date"),
    };

    private static ModelCapabilities Capabilities(CatalogEntry entry) =>
        (entry.Is("supports_function_calling") ? ModelCapabilities.Tools : 0)
        | (entry.Is("supports_response_schema") ? ModelCapabilities.JsonSchema : 0)
        | (entry.Is("supports_vision") ? ModelCapabilities.Vision : 0)
        | (entry.Is("supports_audio_input") ? ModelCapabilities.Audio : 0)
        | (entry.Is("supports_pdf_input") ? ModelCapabilities.Documents : 0)
        | (entry.Is("supports_reasoning") ? ModelCapabilities.Reasoning : 0);

    // One factor serves for input and output; where a provider gives them different ones, none is better than a wrong one.
    private static decimal? BatchFactor(CatalogEntry entry)
    {
        decimal? input = Ratio(entry.Price($"{InputField}_batches"), entry.Price(InputField));
        decimal? output = Ratio(entry.Price($"{OutputField}_batches"), entry.Price(OutputField));
        return input == output && input is >= 0 and <= 1 ? input : null;

        static decimal? Ratio(decimal? part, decimal? whole) => whole > 0 ? part / whole : null;
    }

    private static ImmutableArray<PriceTier> Tiers(CatalogEntry entry)
    {
        SortedDictionary<long, PriceTier> tiers = [];
        foreach (JsonProperty property in entry.Element.EnumerateObject())
        {
            // Such as input_cost_per_token_above_200k_tokens.
            int infix = property.Name.LastIndexOf(TierInfix, StringComparison.Ordinal);
            if (infix < 0
                || !property.Name.EndsWith(TierSuffix, StringComparison.Ordinal)
                || !int.TryParse(property.Name.AsSpan()[(infix + TierInfix.Length)..^TierSuffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out int thousands)
                || thousands == 0)
            {
                continue;
            }

            long bound = thousands * 1000L;
            TokenPrices prices = tiers.TryGetValue(bound, out PriceTier? known) ? known.Tokens : TokenPrices.Unknown;
            TokenPrices? with = property.Name[..infix] switch
            {
                InputField => prices with { Input = entry.TokenPrice(property.Name, tokens: 1) },
                OutputField => prices with { Output = entry.TokenPrice(property.Name, tokens: 1) },
                CachedField => prices with { CachedInput = entry.TokenPrice(property.Name, tokens: 1) },
                WriteField => prices with { CacheWrite = entry.TokenPrice(property.Name, tokens: 1) },
                HourField => prices with { CacheWriteHour = entry.TokenPrice(property.Name, tokens: 1) },
                _ => null,
            };
            if (with is not null)
            {
                tiers[bound] = new PriceTier(bound, with);
            }
        }

        return [.. tiers.Values];
    }
}
