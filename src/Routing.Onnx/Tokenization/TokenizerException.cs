namespace LlmRouting.Onnx.Tokenization;

/// <summary>Says that a tokenizer cannot be read or used, and why.</summary>
/// <remarks>Messages name files, paths within them and kinds of parts; never the text that was tokenized.</remarks>
public sealed class TokenizerException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TokenizerException()
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which part, and what to do.</param>
    public TokenizerException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, to which part, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TokenizerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
