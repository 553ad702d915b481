namespace LlmRouting.QuickStart.Simulators;

/// <summary>Holds the section <c>Simulators</c> of <c>simulators.json</c>.</summary>
internal sealed class SimulatorOptions
{
    /// <summary>Gets the models, by the name they have on the wire.</summary>
    public Dictionary<string, SimulatedModelOptions> Models { get; } = [];

    /// <summary>Gets what goes wrong, and when.</summary>
    public Dictionary<string, OutageOptions> Outages { get; } = [];

    /// <summary>Gets what is answered: category, with a language's code after a dash where there is one, to sentences.</summary>
    public Dictionary<string, List<string>> Answers { get; } = [];
}
