namespace LlmRouting;

/// <summary>Names what a request holds that means something to one provider only.</summary>
[Flags]
internal enum ProviderStates
{
    None = 0,

    /// <summary>Reasoning with a signature, or encrypted.</summary>
    Reasoning = 1,

    /// <summary>Files or vector stores that a provider keeps.</summary>
    Hosted = 2,

    /// <summary>Tool calls or results, whose ids a provider made.</summary>
    ToolCalls = 4,
}
