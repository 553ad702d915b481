namespace LlmRouting.Onnx;

/// <summary>Says that ONNX Runtime, a model or a device cannot be used, and why.</summary>
/// <remarks>Messages name files, inputs, devices and settings, and quote ONNX Runtime; never the text that was classified.</remarks>
public sealed class OnnxRuntimeException : RoutingException
{
    /// <summary>Creates the exception.</summary>
    public OnnxRuntimeException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which thing, and what to do.</param>
    public OnnxRuntimeException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which thing, and what to do.</param>
    /// <param name="innerException">The cause; null when there is none.</param>
    public OnnxRuntimeException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
