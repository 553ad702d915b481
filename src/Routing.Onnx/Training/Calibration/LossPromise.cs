namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Says what is promised: how much quality may be lost against sending everything to the strong model, how surely, and over how many requests.</summary>
/// <remarks>Immutable.</remarks>
public sealed record LossPromise
{
    /// <summary>Gets the most quality that may be lost.</summary>
    /// <value>Percent of the strong model's mean quality (2 turns 0.80 into 0.784 at the worst); greater than 0, at most 100.</value>
    public required double MaxLossPercent { get; init; }

    /// <summary>Gets how surely each threshold that is considered must keep the promise.</summary>
    /// <value>
    /// 0.5 to 0.9999; default 0.975. About as many promises are kept as it says (see docs/training.md); the distance to 95% allows for the normal
    /// approximation, for several thresholds being looked at, and for the luck of whoever counts over 100 trials.
    /// </value>
    public double Confidence { get; init; } = 0.975;

    /// <summary>Gets over how many future requests the loss is going to be counted.</summary>
    /// <value>
    /// At least 1; null, the default, means the long run. Whoever checks the promise on few requests sees their luck as well: on 1,000 requests the
    /// measured loss easily lies a point beside the true one. With a number the promise holds for a measurement on that many requests, and less is saved.
    /// </value>
    public int? Requests { get; init; }

    internal void Validate()
    {
        if (!(MaxLossPercent is > 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(MaxLossPercent), MaxLossPercent, "The promised loss must be greater than 0 and at most 100 percent. No loss at all cannot be promised from samples.");
        }

        if (!(Confidence is >= 0.5 and <= 0.9999))
        {
            throw new ArgumentOutOfRangeException(nameof(Confidence), Confidence, "The confidence must be between 0.5 and 0.9999.");
        }

        if (Requests is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(Requests), Requests, "The number of requests must be at least 1, or null for the long run.");
        }
    }
}
