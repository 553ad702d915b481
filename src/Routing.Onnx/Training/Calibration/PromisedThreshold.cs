namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Holds the threshold that keeps a promise, and what is expected of it.</summary>
/// <param name="Threshold">Requests that score at or above it go to the strong model; negative infinity sends all of them there.</param>
/// <param name="WeakShare">The share of the calibration rows below the threshold, 0 to 1.</param>
/// <param name="LossPercent">The loss on the calibration rows, in percent of the strong model's quality; negative when quality was gained. Optimistic, because the threshold was chosen on them.</param>
/// <param name="LossBoundPercent">The upper confidence bound of the loss, in percent; at most what was promised. 0 when nothing goes to the weak model.</param>
/// <param name="SavedPercent">The cost saved on the calibration rows, in percent of the strong model's; NaN without costs.</param>
/// <param name="Rows">The calibration rows.</param>
/// <param name="RowsNeeded">About how many rows are needed for such a promise before anything at all can go to the weak model.</param>
/// <param name="Note">What the owner should know, in a sentence.</param>
public sealed record PromisedThreshold(
    double Threshold, double WeakShare, double LossPercent, double LossBoundPercent, double SavedPercent, int Rows, int RowsNeeded, string Note)
{
    /// <summary>Gets whether anything goes to the weak model.</summary>
    public bool UsesWeak => WeakShare > 0;
}
