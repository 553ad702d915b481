namespace LlmRouting.QuickStart.Simulators;

/// <summary>Describes a simulated model.</summary>
internal sealed class SimulatedModelOptions
{
    /// <summary>Gets the endpoints that serve it: the names that they have below <c>LlmRouting:Providers</c>.</summary>
    public List<string> Endpoints { get; } = [];

    /// <summary>Gets or sets the shortest time to the first token.</summary>
    public TimeSpan FirstToken { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Gets or sets how much longer it may take.</summary>
    public TimeSpan Jitter { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Gets or sets how fast it writes.</summary>
    public double TokensPerSecond { get; set; } = 1000;

    /// <summary>Gets or sets the longest conversation that it takes.</summary>
    public int ContextTokens { get; set; } = 32_768;

    /// <summary>Gets or sets how many sentences its answers have at most.</summary>
    public int Sentences { get; set; } = 3;

    /// <summary>Gets how often its answers are good, by category; where it is not named, always.</summary>
    public Dictionary<string, double> Strengths { get; } = [];
}
