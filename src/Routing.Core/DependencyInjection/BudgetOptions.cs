namespace LlmRouting.DependencyInjection;

/// <summary>Configures a limit to what may be spent.</summary>
public sealed class BudgetOptions
{
    /// <summary>Gets or sets the most that may be spent in one window, for each owner.</summary>
    /// <value>USD, at least 0; required.</value>
    public decimal? LimitUsd { get; set; }

    /// <summary>Gets or sets how often an account starts again at nothing.</summary>
    /// <value><c>request</c>, <c>hour</c>, <c>day</c>, <c>month</c>, <c>lifetime</c> or <c>conversation</c>, or a length such as <c>7.00:00:00</c>; default <c>day</c>.</value>
    public string Window { get; set; } = "day";

    /// <summary>Gets or sets the time zone whose hours, midnights and months count.</summary>
    /// <value>An IANA or Windows id; null means UTC; default null. Not for windows of a length.</value>
    public string? TimeZone { get; set; }

    /// <summary>Gets or sets whose spending is added up.</summary>
    /// <value><c>everything</c>, <c>model</c>, <c>provider</c>, <c>policy</c>, <c>user</c>, <c>userTier</c>, <c>tenant</c>, <c>conversation</c> or <c>metadata:key</c>; default <c>everything</c>.</value>
    public string Scope { get; set; } = "everything";

    /// <summary>Gets the limits of owners for whom another one holds.</summary>
    /// <value>Owner to USD; empty by default.</value>
    public IDictionary<string, decimal> LimitsUsd { get; } = new Dictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>Gets the models whose calls count.</summary>
    /// <value>Model references; empty means every model; default empty.</value>
    public IList<string> Models { get; } = [];

    /// <summary>Gets or sets from which used share on the strongest tiers are set aside, one after the other.</summary>
    /// <value>0 to 1; 1 means never before the limit; default 0.8.</value>
    public double DowngradeAt { get; set; } = 0.8;

    /// <summary>Gets or sets the answer's length that a reservation assumes when the caller set no limit.</summary>
    /// <value>Tokens, at least 1; default 2,048.</value>
    public int ReservedOutputTokens { get; set; } = 2_048;
}
