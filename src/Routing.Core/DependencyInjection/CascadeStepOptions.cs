namespace LlmRouting.DependencyInjection;

/// <summary>Configures one step of the cascade.</summary>
public sealed class CascadeStepOptions
{
    /// <summary>Gets or sets the model.</summary>
    /// <value>A model reference.</value>
    public string? Model { get; set; }

    /// <summary>Gets or sets from which score on the step's answers are accepted.</summary>
    /// <value>0 to 1; 0 leaves it to the validators alone; default 0.</value>
    public double AcceptFromScore { get; set; }
}
