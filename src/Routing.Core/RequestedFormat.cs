namespace LlmRouting;

/// <summary>Says what shape of answer a request asks for.</summary>
public enum RequestedFormat
{
    /// <summary>Free text.</summary>
    Text,

    /// <summary>Any JSON value.</summary>
    Json,

    /// <summary>JSON that follows a schema.</summary>
    JsonSchema,
}
