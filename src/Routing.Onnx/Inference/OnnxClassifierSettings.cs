using System.Collections.Immutable;

namespace LlmRouting.Onnx.Inference;

/// <summary>Says which model classifies, on what, and what its labels mean.</summary>
/// <remarks>Immutable.</remarks>
public sealed record OnnxClassifierSettings
{
    /// <summary>Gets where the model is.</summary>
    /// <value>A folder as <c>optimum-cli export onnx</c> writes it, or an .onnx file in or below such a folder.</value>
    public required string ModelPath { get; init; }

    /// <summary>Gets which runtime runs it, and on what.</summary>
    public OnnxSessionSettings Session { get; init; } = new();

    /// <summary>Gets how many tokens are read, special ones included; of a longer text the head and the tail.</summary>
    /// <value>At least 3; never more than the model can take; null means as many as that; default null.</value>
    public int? MaxTokens { get; init; }

    /// <summary>Gets how much text is looked at at all.</summary>
    /// <value>UTF-16 code units, at least 2; of a longer text the head and the tail; default 32,768.</value>
    public int MaxCharacters { get; init; } = 32_768;

    /// <summary>Gets what the logits are divided by, so that probabilities are as often right as they say.</summary>
    /// <value>Positive; above 1 makes the model less sure; default 1. See docs/onnx.md.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>Gets how hard the requests of each label are.</summary>
    /// <value>0 to 1 for each label. Labels that say it themselves, such as easy, medium, hard, simple and complex, may be left out; default none.</value>
    public ImmutableDictionary<string, double> Labels { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>Gets how sure a model counts as whose one number is the complexity.</summary>
    /// <value>0 to 1; default 0.8.</value>
    public double RegressionConfidence { get; init; } = 0.8;

    /// <summary>Gets how long one classification may take, waiting and tokenizing included.</summary>
    /// <value>Positive; default 250 ms.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets how requests that come together are run.</summary>
    public OnnxBatchSettings Batch { get; init; } = new();

    /// <summary>Says whether two settings would load the same classifier.</summary>
    internal bool IsSame(OnnxClassifierSettings other) =>
        this with { Labels = other.Labels, Session = Session with { ProviderOptions = other.Session.ProviderOptions } } == other
        && HasSame(Labels, other.Labels)
        && HasSame(Session.ProviderOptions, other.Session.ProviderOptions);

    /// <summary>Names what is out of range.</summary>
    internal IEnumerable<string> FindErrors()
    {
        if (string.IsNullOrWhiteSpace(ModelPath))
        {
            yield return "ModelPath is missing; it must name the folder of a model.";
        }

        if (MaxTokens < 3)
        {
            yield return FormattableString.Invariant($"MaxTokens is {MaxTokens}; it must be at least 3, or left out.");
        }

        if (MaxCharacters < 2)
        {
            yield return FormattableString.Invariant($"MaxCharacters is {MaxCharacters}; it must be at least 2.");
        }

        if (Temperature is not (> 0 and < double.PositiveInfinity))
        {
            yield return FormattableString.Invariant($"Temperature is {Temperature}; it must be positive.");
        }

        if (RegressionConfidence is not (>= 0 and <= 1))
        {
            yield return FormattableString.Invariant($"RegressionConfidence is {RegressionConfidence}; it must be between 0 and 1.");
        }

        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromHours(1))
        {
            yield return $"Timeout is {Timeout}; it must be longer than zero and at most an hour.";
        }

        foreach ((string label, double complexity) in Labels)
        {
            if (complexity is not (>= 0 and <= 1))
            {
                yield return FormattableString.Invariant($"Labels:{label} is {complexity}; it must be between 0 and 1.");
            }
        }

        foreach (string error in Session.FindErrors().Concat(Batch.FindErrors()))
        {
            yield return error;
        }
    }

    private static bool HasSame<T>(ImmutableDictionary<string, T> left, ImmutableDictionary<string, T> right) =>
        left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out T? value) && Equals(value, pair.Value));
}
