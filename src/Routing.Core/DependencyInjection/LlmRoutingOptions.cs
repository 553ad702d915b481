namespace LlmRouting.DependencyInjection;

/// <summary>Holds the configuration of the router, as one section of <c>appsettings.json</c> gives it.</summary>
/// <remarks>Maps are keyed by id, so that a file or an environment variable can override one field. Not thread-safe.</remarks>
public sealed class LlmRoutingOptions
{
    /// <summary>Gets or sets from which confidence on a strategy decides, and no further classifier is asked.</summary>
    /// <value>0 to 1; default 0.7.</value>
    public double MinConfidence { get; set; } = 0.7;

    /// <summary>Gets or sets how long a strategy or classifier that is not built in may take.</summary>
    /// <value>Positive; default 2 seconds.</value>
    public TimeSpan StrategyTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Gets or sets the model that serves when no strategy has an opinion.</summary>
    /// <value>A model reference; null means the candidate of the highest quality; default null.</value>
    public string? DefaultModel { get; set; }

    /// <summary>Gets or sets the model that savings are measured against.</summary>
    /// <value>A model reference; null means the model of the highest quality whose price is known; default null.</value>
    public string? ReferenceModel { get; set; }

    /// <summary>Gets or sets the names of the classifiers, in the order in which they are asked.</summary>
    /// <value>null means those that the host added, then "heuristic", then "semantic" if it was added; default null.</value>
    public IList<string>? Classifiers { get; set; }

    /// <summary>Gets or sets the names of the strategies, in the order in which they are asked.</summary>
    /// <value>null means "affinity", those that the host added, then "rules", "cascade" if it has steps, "tiers", "cost-latency"; default null.</value>
    public IList<string>? Strategies { get; set; }

    /// <summary>Gets the tiers: name to the highest complexity that it serves.</summary>
    /// <value>Empty means fast 0.3, balanced 0.7, frontier 1.0; default empty.</value>
    public IDictionary<string, double> Tiers { get; } = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the services that models are reached through.</summary>
    public IDictionary<string, ProviderOptions> Providers { get; } = new Dictionary<string, ProviderOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the catalogs that describe what a model's configuration leaves out, in the order in which they are asked.</summary>
    /// <value>Paths, relative to the current directory, or <c>built-in</c>; empty by default.</value>
    public IList<string> Catalog { get; } = [];

    /// <summary>Gets the models.</summary>
    /// <value>Keyed by short aliases of yours; the provider's own name goes into <see cref="ModelOptions.ModelId"/>.</value>
    public IDictionary<string, ModelOptions> Models { get; } = new Dictionary<string, ModelOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the decision table; the first rule that holds decides.</summary>
    public IList<RuleOptions> Rules { get; } = [];

    /// <summary>Gets the policies that requests may name.</summary>
    public IDictionary<string, PolicyOptions> Policies { get; } = new Dictionary<string, PolicyOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the limits to what may be spent.</summary>
    public IDictionary<string, BudgetOptions> Budgets { get; } = new Dictionary<string, BudgetOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the bounds of a request.</summary>
    public ExecutionOptions Execution { get; } = new();

    /// <summary>Gets the bounds of how many requests run at a time.</summary>
    public AdmissionOptions Admission { get; } = new();

    /// <summary>Gets where decisions are logged.</summary>
    public DecisionLogOptions DecisionLog { get; } = new();

    /// <summary>Gets the settings of the heuristic classifier.</summary>
    public HeuristicOptions Heuristic { get; } = new();

    /// <summary>Gets the settings of the semantic classifier.</summary>
    public SemanticOptions Semantic { get; } = new();

    /// <summary>Gets the settings of the cascade strategy.</summary>
    public CascadeOptions Cascade { get; } = new();

    /// <summary>Gets the weights of the cost-latency strategy.</summary>
    public CostLatencyOptions CostLatency { get; } = new();
}
