namespace LlmRouting.Onnx.Training.Data;

/// <summary>Says that a file of labelled requests is not fit for training.</summary>
public sealed class LabelledDataException : Exception
{
    /// <summary>Creates the exception.</summary>
    public LabelledDataException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with what, and what to do.</param>
    public LabelledDataException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong, with what, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public LabelledDataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
