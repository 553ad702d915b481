namespace LlmRouting;

/// <summary>Says what kind of opinion a strategy has.</summary>
public enum StrategyVerdictKind
{
    /// <summary>None.</summary>
    Abstain,

    /// <summary>One model.</summary>
    PreferModel,

    /// <summary>Any model of a tier.</summary>
    PreferTier,

    /// <summary>An order of models.</summary>
    Rank,
}
