using System.Collections.Immutable;

namespace LlmRouting.Models;

/// <summary>Checks the ranges of a model's prices.</summary>
internal sealed class PriceValidator(string path, ImmutableArray<string>.Builder errors)
{
    // As many tokens as a number can count, at this price, are an amount of money that a decimal can hold.
    private const decimal MaxPrice = 1_000_000_000;

    public void Check(ModelPrices prices)
    {
        CheckTokens(prices.Tokens, path);
        CheckPrice($"{path}:UsdPerRequest", prices.PerRequestUsd);
        if (prices.BatchFactor is < 0 or > 1)
        {
            errors.Add(FormattableString.Invariant($"{path}:BatchFactor is {prices.BatchFactor}; it must be between 0 and 1, or left out when it is unknown."));
        }

        long bound = 0;
        foreach (PriceTier tier in prices.Tiers)
        {
            string tierPath = FormattableString.Invariant($"{path}:PriceTiers ({tier.AboveInputTokens})");
            CheckTokens(tier.Tokens, tierPath);
            if (tier.AboveInputTokens <= 0)
            {
                errors.Add($"{tierPath}:AboveInputTokens must be at least 1: below it the model's own prices hold.");
            }
            else if (tier.AboveInputTokens == bound)
            {
                errors.Add($"{tierPath} is given twice; keep one of the two.");
            }

            bound = tier.AboveInputTokens;
        }
    }

    private void CheckTokens(TokenPrices prices, string at)
    {
        CheckPrice($"{at}:InputUsdPerMillionTokens", prices.Input);
        CheckPrice($"{at}:OutputUsdPerMillionTokens", prices.Output);
        CheckPrice($"{at}:CachedInputUsdPerMillionTokens", prices.CachedInput);
        CheckPrice($"{at}:CacheWriteUsdPerMillionTokens", prices.CacheWrite);
        CheckPrice($"{at}:CacheWriteHourUsdPerMillionTokens", prices.CacheWriteHour);
        CheckPrice($"{at}:AudioInputUsdPerMillionTokens", prices.AudioInput);
        CheckPrice($"{at}:AudioOutputUsdPerMillionTokens", prices.AudioOutput);
        CheckPrice($"{at}:ImageInputUsdPerMillionTokens", prices.ImageInput);
        CheckPrice($"{at}:ReasoningUsdPerMillionTokens", prices.Reasoning);
    }

    private void CheckPrice(string at, decimal? price)
    {
        if (price < 0)
        {
            errors.Add(FormattableString.Invariant($"{at} is {price}; a price must be 0 (free) or more, or left out when it is unknown."));
        }
        else if (price > MaxPrice)
        {
            errors.Add(FormattableString.Invariant($"{at} is {price}; a price must be at most {MaxPrice} USD."));
        }
    }
}
