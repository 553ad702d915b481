namespace LlmRouting.Onnx.Training.Calibration;

/// <summary>Turns a model's number into what was observed for such numbers.</summary>
/// <remarks>Implementations are immutable and safe for concurrent use, and never turn a greater number into a smaller one.</remarks>
public interface IProbabilityCalibration
{
    /// <summary>Calibrates a number.</summary>
    /// <param name="value">What the model says; a probability for <see cref="TemperatureCalibration"/>, any number for the others.</param>
    double Apply(double value);
}
