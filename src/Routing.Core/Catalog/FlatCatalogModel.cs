using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace LlmRouting.Catalog;

/// <summary>Reads a model as LiteLLM's <c>model_prices_and_context_window.json</c> describes it: flat fields, prices for one token.</summary>
internal static class FlatCatalogModel
{
    private const decimal PerToken = 1_000_000m;
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
                Input = entry.Price(InputField, PerToken),
                Output = entry.Price(OutputField, PerToken),
                CachedInput = entry.Price(CachedField, PerToken),
                CacheWrite = entry.Price(WriteField, PerToken),
                CacheWriteHour = entry.Price(HourField, PerToken),
                AudioInput = entry.Price("input_cost_per_audio_token", PerToken),
                AudioOutput = entry.Price("output_cost_per_audio_token", PerToken),
                ImageInput = entry.Price("input_cost_per_image_token", PerToken),
                Reasoning = entry.Price("output_cost_per_reasoning_token", PerToken),
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
                InputField => prices with { Input = entry.Price(property.Name, PerToken) },
                OutputField => prices with { Output = entry.Price(property.Name, PerToken) },
                CachedField => prices with { CachedInput = entry.Price(property.Name, PerToken) },
                WriteField => prices with { CacheWrite = entry.Price(property.Name, PerToken) },
                HourField => prices with { CacheWriteHour = entry.Price(property.Name, PerToken) },
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
