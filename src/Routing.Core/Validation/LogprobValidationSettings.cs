namespace LlmRouting.Validation;

/// <summary>Sets how sure of its words a model must have been.</summary>
/// <remarks>Confidence differs from model to model; thresholds are to be measured on one's own traffic.</remarks>
public sealed record LogprobValidationSettings
{
    /// <summary>Gets the defaults.</summary>
    public static LogprobValidationSettings Default { get; } = new();

    /// <summary>Gets the least mean probability of the tokens.</summary>
    /// <value>The geometric mean, 0 to 1; 0 switches it off; default 0.6.</value>
    public double MinMeanProbability { get; init; } = 0.6;

    /// <summary>Gets the least mean probability of any run of <see cref="WindowTokens"/> tokens.</summary>
    /// <value>The geometric mean, 0 to 1; default 0: off.</value>
    public double MinWindowProbability { get; init; }

    /// <summary>Gets how long such a run is.</summary>
    /// <value>Tokens; 1 to 1000; default 16.</value>
    public int WindowTokens { get; init; } = 16;

    /// <summary>Gets the least mean margin between the two likeliest tokens.</summary>
    /// <value>Difference of probabilities, 0 to 1; default 0: off. Needs <c>top_logprobs</c> of at least 2.</value>
    public double MinMeanMargin { get; init; }

    /// <summary>Gets how many tokens an answer must have to be judged.</summary>
    /// <value>At least 1; default 4.</value>
    public int MinTokens { get; init; } = 4;
}
