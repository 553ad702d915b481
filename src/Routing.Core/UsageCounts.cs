using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Names the counts that an adapter leaves in <see cref="UsageDetails.AdditionalCounts"/>, and that costs are booked from.</summary>
/// <remarks>
/// <para><see cref="UsageDetails"/> itself counts input (cached tokens and cache writes included), output (reasoning included), cached input
/// and reasoning. Adapters of the host's own use these names for the rest; counts of other names are passed on and cost nothing.</para>
/// <para>Its own properties for audio are experimental, so that an answer must not depend on them.</para>
/// </remarks>
public static class UsageCounts
{
    /// <summary>Input tokens that the provider wrote to its cache, for however long.</summary>
    public const string CacheWriteInputTokens = "CacheWriteInputTokens";

    /// <summary>Those of <see cref="CacheWriteInputTokens"/> that it wrote for an hour.</summary>
    public const string CacheWriteHourInputTokens = "CacheWriteHourInputTokens";

    /// <summary>Input tokens that are audio.</summary>
    public const string InputAudioTokens = "InputAudioTokens";

    /// <summary>Output tokens that are audio.</summary>
    public const string OutputAudioTokens = "OutputAudioTokens";

    /// <summary>Input tokens that are images.</summary>
    public const string InputImageTokens = "InputImageTokens";

    /// <summary>Tokens of a predicted output that were used; a part of the output.</summary>
    public const string AcceptedPredictionTokens = "AcceptedPredictionTokens";

    /// <summary>Tokens of a predicted output that were not used; a part of the output all the same.</summary>
    public const string RejectedPredictionTokens = "RejectedPredictionTokens";

    /// <summary>1 when the provider served the call as a batch, or flexibly: <see cref="ModelPrices.BatchFactor"/> applies.</summary>
    public const string BatchRequests = "BatchRequests";

    /// <summary>1 when the provider served the call on terms whose prices are not those of the model: its cost is an estimate.</summary>
    public const string OtherTermsRequests = "OtherTermsRequests";

    /// <summary>What the provider says that the call cost, in millionths of a millionth of a US dollar.</summary>
    public const string ReportedCostPicoUsd = "ReportedCostPicoUsd";

    private const decimal UsdPerPico = 0.000000000001m;

    /// <summary>Adds a count to a usage.</summary>
    /// <param name="usage">The usage.</param>
    /// <param name="name">One of the names of this type.</param>
    /// <param name="count">The count; null and 0 or less add nothing.</param>
    /// <exception cref="ArgumentNullException"><paramref name="usage"/> is null.</exception>
    public static void Add(UsageDetails usage, string name, long? count)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (count is > 0)
        {
            (usage.AdditionalCounts ??= [])[name] = count.Value;
        }
    }

    /// <summary>Adds what the provider says that the call cost.</summary>
    /// <param name="usage">The usage.</param>
    /// <param name="usd">USD; null, and what is below 0 or beyond a million, adds nothing. 0 is a cost like any other.</param>
    /// <exception cref="ArgumentNullException"><paramref name="usage"/> is null.</exception>
    public static void AddReportedCost(UsageDetails usage, decimal? usd)
    {
        ArgumentNullException.ThrowIfNull(usage);
        if (usd is >= 0 and <= 1_000_000)
        {
            (usage.AdditionalCounts ??= [])[ReportedCostPicoUsd] = (long)decimal.Round(usd.Value / UsdPerPico);
        }
    }

    internal static long? Find(UsageDetails? usage, string name) =>
        usage?.AdditionalCounts is { } counts && counts.TryGetValue(name, out long count) ? count : null;

    // An adapter that tells only the hours apart has said how much was written, too. The other name is the one that Anthropic's SDK uses,
    // whose client a host may have handed in as it is.
    internal static long? CacheWrites(UsageDetails? usage) =>
        Find(usage, CacheWriteInputTokens) ?? Find(usage, "CacheCreationInputTokens") ?? Find(usage, CacheWriteHourInputTokens);

    internal static decimal? ReportedCostUsd(UsageDetails? usage) => Find(usage, ReportedCostPicoUsd) * UsdPerPico;
}
