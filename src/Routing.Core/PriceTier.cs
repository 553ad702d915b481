namespace LlmRouting;

/// <summary>Holds the prices of requests with a long input.</summary>
/// <param name="AboveInputTokens">The tier holds for requests of more input tokens than this, cached ones included; at least 1.</param>
/// <param name="Tokens">The prices of the whole request then; what is null costs as much as below the tier.</param>
/// <remarks>Immutable. A request pays one tier's prices for all of its tokens, not only for those above the bound: providers bill so.</remarks>
public sealed record PriceTier(long AboveInputTokens, TokenPrices Tokens);
