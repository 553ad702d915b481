namespace LlmRouting.DependencyInjection;

/// <summary>Configures the heuristic classifier.</summary>
public sealed class HeuristicOptions
{
    /// <summary>Gets the keyword lists to replace: dimension to words and phrases.</summary>
    /// <value>A dimension that is not named keeps its own list; an empty list switches it off.</value>
    public IDictionary<string, IList<string>> Keywords { get; } = new Dictionary<string, IList<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Gets the weights to replace: dimension to weight.</summary>
    /// <value>A dimension that is not named keeps its own weight.</value>
    public IDictionary<string, double> Weights { get; } = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);
}
