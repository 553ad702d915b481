namespace LlmRouting.JsonSchema;

/// <summary>Is thrown when a schema cannot be compiled; the message says what is wrong, where, and what to do.</summary>
public sealed class SchemaException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="location">Where in the schema: its URI (empty when it has none), <c>#</c> and a JSON pointer.</param>
    /// <param name="problem">What is wrong there and what to do.</param>
    /// <param name="innerException">What caused it; null when nothing did.</param>
    public SchemaException(string location, string problem, Exception? innerException = null)
        : base($"The schema at '{location}' cannot be used: {problem}", innerException) => Location = location;

    /// <summary>Gets where in the schema the problem lies.</summary>
    /// <value>The document's URI (empty when it has none), <c>#</c> and a JSON pointer.</value>
    public string Location { get; }
}
