using System.Globalization;
using System.Text.Json;

namespace LlmRouting.Providers.Tests.Usage;

/// <summary>Is one golden file: what a service sends, the prices, and what must come of it.</summary>
/// <remarks>The files were written from the services' public API references; each says which in "about". A stream lies beside its file, as .sse.</remarks>
internal sealed class UsageCase(string name)
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Usage");

    public static IEnumerable<UsageCase> All =>
        Directory.EnumerateFiles(Folder, "*.json").Select(static path => new UsageCase(Path.GetFileNameWithoutExtension(path))).OrderBy(static known => known.ToString(), StringComparer.Ordinal);

    private JsonElement Root => field.ValueKind == JsonValueKind.Undefined ? field = JsonElement.Parse(File.ReadAllBytes(Path.Combine(Folder, $"{name}.json"))) : field;

    public string Kind => Root.GetProperty("kind").GetString()!;

    public bool IsStreaming => Root.GetProperty("streaming").GetBoolean();

    public string Answer => Root.GetProperty("answer").GetRawText();

    public string Stream => File.ReadAllText(Path.Combine(Folder, $"{name}.sse"));

    public JsonElement Expected => Root.GetProperty("expected");

    public ModelPrices Prices => Root.GetProperty("prices") is { ValueKind: JsonValueKind.Object } prices
        ? new ModelPrices
        {
            Tokens = new TokenPrices
            {
                Input = Money(prices, "Input"),
                Output = Money(prices, "Output"),
                CachedInput = Money(prices, "CachedInput"),
                CacheWrite = Money(prices, "CacheWrite"),
                CacheWriteHour = Money(prices, "CacheWriteHour"),
                AudioInput = Money(prices, "AudioInput"),
                AudioOutput = Money(prices, "AudioOutput"),
            },
            PerRequestUsd = Money(prices, "PerRequestUsd"),
            BatchFactor = Money(prices, "BatchFactor"),
            Tiers = Money(prices, "AboveInputTokens") is { } above
                ? [new PriceTier((long)above, new TokenPrices { Input = Money(prices, "TierInput"), Output = Money(prices, "TierOutput"), CachedInput = Money(prices, "TierCachedInput") })]
                : [],
        }
        : ModelPrices.Unknown;

    public override string ToString() => name;

    public static decimal? ToMoney(JsonElement text) => text.ValueKind == JsonValueKind.Null ? null : decimal.Parse(text.GetString()!, CultureInfo.InvariantCulture);

    private static decimal? Money(JsonElement prices, string name) => prices.TryGetProperty(name, out JsonElement price) ? price.GetDecimal() : null;
}
