namespace LlmRouting.DependencyInjection;

/// <summary>Configures one row of the decision table.</summary>
public sealed class RuleOptions
{
    /// <summary>Gets or sets what records call the rule.</summary>
    /// <value>null means "rule N", by position; default null.</value>
    public string? Name { get; set; }

    /// <summary>Gets the conditions; all of them must hold.</summary>
    public RuleConditionOptions When { get; } = new();

    /// <summary>Gets or sets the model to prefer.</summary>
    /// <value>A model reference; exactly one of this and <see cref="PreferTier"/> is set.</value>
    public string? Prefer { get; set; }

    /// <summary>Gets or sets the tier to prefer.</summary>
    /// <value>A tier's name; exactly one of this and <see cref="Prefer"/> is set.</value>
    public string? PreferTier { get; set; }

    /// <summary>Gets or sets how sure the rule is.</summary>
    /// <value>0 to 1; default 0.95.</value>
    public double Confidence { get; set; } = 0.95;
}
