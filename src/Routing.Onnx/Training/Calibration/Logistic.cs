namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Computes with logits without overflowing.</summary>
internal static class Logistic
{
    internal static double Probability(double logit) =>
        logit >= 0 ? 1 / (1 + Math.Exp(-logit)) : Math.Exp(logit) / (1 + Math.Exp(logit));

    // Held off 0 and 1, whose logits are infinite.
    internal static double Logit(double probability)
    {
        double p = Math.Clamp(probability, 1e-9, 1 - 1e-9);
        return Math.Log(p / (1 - p));
    }

    // -target ln p - (1 - target) ln(1 - p)
    internal static double Loss(double logit, double target) =>
        Math.Max(logit, 0) - logit * target + Math.Log(1 + Math.Exp(-Math.Abs(logit)));
}
