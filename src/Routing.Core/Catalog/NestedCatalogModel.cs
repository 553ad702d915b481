using System.Collections.Immutable;
using System.Text.Json;

namespace LlmRouting.Catalog;

/// <summary>Reads a model as models.dev's <c>api.json</c> describes it: grouped fields, prices for a million tokens.</summary>
/// <remarks>The catalog that ships with the library has this format too, with the fields <c>cache_write_hour</c> and <c>batch_factor</c> added to the costs.</remarks>
internal static class NestedCatalogModel
{
    private const long LongContext = 200_000;
    private const int Million = 1_000_000;

    public static CatalogModel Read(CatalogEntry entry, string source)
    {
        CatalogEntry cost = entry.Part("cost");
        CatalogEntry limit = entry.Part("limit");
        return new CatalogModel
        {
            Source = source,
            Prices = new ModelPrices
            {
                Tokens = Prices(cost),
                BatchFactor = cost.Price("batch_factor"),
                Tiers = Tiers(cost),
            },
            ContextTokens = limit.Tokens("context"),
            MaxOutputTokens = limit.Tokens("output"),
            Capabilities = Capabilities(entry),

            // It says that a model is deprecated, not since when.
            DeprecatedOn = entry.Text("status") == "deprecated" ? DateTimeOffset.UnixEpoch : null,
        };
    }

    private static TokenPrices Prices(CatalogEntry cost) => new()
    {
        Input = cost.TokenPrice("input", Million),
        Output = cost.TokenPrice("output", Million),
        CachedInput = cost.TokenPrice("cache_read", Million),
        CacheWrite = cost.TokenPrice("cache_write", Million),
        CacheWriteHour = cost.TokenPrice("cache_write_hour", Million),
        AudioInput = cost.TokenPrice("input_audio", Million),
        AudioOutput = cost.TokenPrice("output_audio", Million),
        Reasoning = cost.TokenPrice("reasoning", Million),
    };

    private static ImmutableArray<PriceTier> Tiers(CatalogEntry cost)
    {
        CatalogEntry above = cost.Part("context_over_200k");
        SortedDictionary<long, PriceTier> tiers = [];
        if (above.Element.ValueKind == JsonValueKind.Object)
        {
            tiers[LongContext] = new PriceTier(LongContext, Prices(above));
        }

        JsonElement list = cost.Find("tiers");
        if (list.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Array))
        {
            cost.Wrong("tiers", list, "a list");
        }
        else if (list.ValueKind == JsonValueKind.Array)
        {
            for (int i = 0; i < list.GetArrayLength(); i++)
            {
                CatalogEntry item = cost.Item("tiers", i, list[i]);
                CatalogEntry tier = item.Part("tier");
                if (tier.Tokens("size") is { } size && (tier.Text("type") ?? "context") == "context")
                {
                    tiers[size] = new PriceTier(size, Prices(item));
                }
            }
        }

        return [.. tiers.Values];
    }

    private static ModelCapabilities Capabilities(CatalogEntry entry)
    {
        ModelCapabilities capabilities =
            (TakesTools(entry) ? ModelCapabilities.Tools : 0)
            | (entry.Is("structured_output") ? ModelCapabilities.JsonSchema : 0)
            | (entry.Is("reasoning") ? ModelCapabilities.Reasoning : 0);
        CatalogEntry modalities = entry.Part("modalities");
        JsonElement input = modalities.Find("input");
        if (input.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement modality in input.EnumerateArray())
            {
                capabilities |= modality.ValueKind != JsonValueKind.String ? 0 : modality.GetString() switch
                {
                    "image" => ModelCapabilities.Vision,
                    "audio" => ModelCapabilities.Audio,
                    "pdf" => ModelCapabilities.Documents,
                    _ => 0,
                };
            }
        }
        else if (input.ValueKind != JsonValueKind.Undefined)
        {
            modalities.Wrong("input", input, "a list");
        }

        return capabilities;
    }

    // Either a switch or, in some entries, an object with one.
    private static bool TakesTools(CatalogEntry entry) =>
        entry.Find("tool_call").ValueKind == JsonValueKind.Object ? entry.Part("tool_call").Is("supported") : entry.Is("tool_call");
}
