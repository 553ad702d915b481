namespace LlmRouting.Onnx.Training;

/// <summary>Says why requests cannot teach a router.</summary>
public sealed class TrainingException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TrainingException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with what, and what to do.</param>
    public TrainingException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with what, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public TrainingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
