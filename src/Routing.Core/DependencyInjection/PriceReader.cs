namespace LlmRouting.DependencyInjection;

/// <summary>Reads the prices of a model.</summary>
internal static class PriceReader
{
    public static ModelPrices Read(ModelOptions model) => new()
    {
        Tokens = new TokenPrices
        {
            Input = model.InputUsdPerMillionTokens,
            Output = model.OutputUsdPerMillionTokens,
            CachedInput = model.CachedInputUsdPerMillionTokens,
            CacheWrite = model.CacheWriteUsdPerMillionTokens,
            CacheWriteHour = model.CacheWriteHourUsdPerMillionTokens,
            AudioInput = model.AudioInputUsdPerMillionTokens,
            AudioOutput = model.AudioOutputUsdPerMillionTokens,
            ImageInput = model.ImageInputUsdPerMillionTokens,
            Reasoning = model.ReasoningUsdPerMillionTokens,
        },
        PerRequestUsd = model.UsdPerRequest,
        BatchFactor = model.BatchFactor,
        Tiers = [.. model.PriceTiers.Select(static tier => new PriceTier(
            tier.AboveInputTokens,
            new TokenPrices
            {
                Input = tier.InputUsdPerMillionTokens,
                Output = tier.OutputUsdPerMillionTokens,
                CachedInput = tier.CachedInputUsdPerMillionTokens,
                CacheWrite = tier.CacheWriteUsdPerMillionTokens,
                CacheWriteHour = tier.CacheWriteHourUsdPerMillionTokens,
            }))],
    };
}
