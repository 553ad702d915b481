namespace LlmRouting.Strategies;

/// <summary>Is one row of the decision table: when all conditions hold, prefer a model or a tier.</summary>
/// <remarks>Immutable.</remarks>
public sealed record RoutingRule
{
    /// <summary>Gets what records call the rule.</summary>
    /// <value>null means "rule N", by position; default null.</value>
    public string? Name { get; init; }

    /// <summary>Gets the conditions; all of them must hold.</summary>
    /// <value>A rule without conditions always holds: put it last.</value>
    public RuleCondition When { get; init; } = new();

    /// <summary>Gets the model to prefer.</summary>
    /// <value>A model id, a family, or either with <c>@version</c>; exactly one of this and <see cref="PreferTier"/> is set.</value>
    public string? Prefer { get; init; }

    /// <summary>Gets the tier to prefer.</summary>
    /// <value>A tier's name; exactly one of this and <see cref="Prefer"/> is set.</value>
    public string? PreferTier { get; init; }

    /// <summary>Gets how sure the rule is.</summary>
    /// <value>0 to 1; default 0.95.</value>
    public double Confidence { get; init; } = 0.95;
}
