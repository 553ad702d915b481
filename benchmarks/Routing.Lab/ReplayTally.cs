using LlmRouting.DecisionLog;
using LlmRouting.Replay;

namespace LlmRouting.Lab;

/// <summary>Counts what one configuration makes of the records.</summary>
internal sealed class ReplayTally(ReplayConfiguration configuration)
{
    private readonly Dictionary<string, ModelProfile> _models = configuration.Pipeline.Models.ToDictionary(static model => model.Id, static model => model.Profile, StringComparer.OrdinalIgnoreCase);

    public DecisionReplay Replay { get; } = new(configuration.Pipeline, configuration.InsertsUnlisted);

    public int Same { get; private set; }

    public int Different { get; private set; }

    public int Unreplayable { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Gets how many requests would have gone to another model first.</summary>
    public int Elsewhere { get; private set; }

    /// <summary>Gets how many requests had no price to count with.</summary>
    public int Unpriced { get; private set; }

    public decimal CostUsd { get; private set; }

    public SortedDictionary<string, int> Requests { get; } = new(StringComparer.OrdinalIgnoreCase);

    public async Task<ReplayedDecision> AddAsync(LoggedDecision record)
    {
        ReplayedDecision again = await Replay.DecideAsync(record);
        switch (again.Kind)
        {
            case ReplayKind.Same:
                Same++;
                break;
            case ReplayKind.Different:
                Different++;
                break;
            default:
                Unreplayable++;
                return again;
        }

        if (again.Decision is not { } decision)
        {
            Refused++;
            return again;
        }

        Elsewhere += record.Decision is { } recorded && recorded.ModelId != decision.ModelId ? 1 : 0;
        Requests[decision.ModelId] = Requests.GetValueOrDefault(decision.ModelId) + 1;

        // The tokens that were counted where they were, the estimate of the router where nobody answered.
        decimal? cost = record is { InputTokens: { } input, OutputTokens: { } output }
            ? _models[decision.ModelId].EstimateCostUsd(input, output)
            : _models[decision.ModelId].EstimateCostUsd(decision.Features.EstimatedInputTokens, Math.Min(decision.Features.MaxOutputTokens ?? Candidate.AssumedOutputTokens, Candidate.AssumedOutputTokens));
        Unpriced += cost is null ? 1 : 0;
        CostUsd += cost ?? 0;
        return again;
    }
}
