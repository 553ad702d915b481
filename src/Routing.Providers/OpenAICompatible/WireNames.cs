namespace LlmRouting.Providers.OpenAICompatible;

/// <summary>Names that more than one file spells.</summary>
internal static class WireNames
{
    public const string MaxTokens = "max_tokens";
    public const string MaxCompletionTokens = "max_completion_tokens";
    public const string Seed = "seed";
    public const string RandomSeed = "random_seed";
    public const string LogProbabilities = "logprobs";
    public const string TopLogProbabilities = "top_logprobs";
    public const string Strict = "strict";
    public const string SystemFingerprint = "system_fingerprint";

    /// <summary>The code that marks an <c>ErrorContent</c> as the model's own refusal.</summary>
    public const string RefusalCode = "Refusal";
}
