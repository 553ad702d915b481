using LlmRouting.TextAnalysis;

namespace LlmRouting;

/// <summary>Holds what can be read off a request in one pass: numbers only, never its text.</summary>
/// <remarks>Immutable. Computed once per request; very long texts are sampled (<see cref="IsSampled"/>), so that the cost stays bounded.</remarks>
public sealed record RequestFeatures
{
    /// <summary>Gets the estimated size of everything that is sent: messages, instructions, tools, schema, images.</summary>
    /// <value>Tokens, at least 0.</value>
    public int EstimatedInputTokens { get; init; }

    /// <summary>Gets the answer's size that the caller allowed.</summary>
    /// <value>Tokens; null when the caller set none.</value>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Gets how many messages there are, of any role.</summary>
    public int Messages { get; init; }

    /// <summary>Gets how many turns the user has taken.</summary>
    public int UserTurns { get; init; }

    /// <summary>Gets the length of all text.</summary>
    /// <value>UTF-16 code units.</value>
    public int TextLength { get; init; }

    /// <summary>Gets the length of the last user message.</summary>
    /// <value>UTF-16 code units.</value>
    public int LastUserTextLength { get; init; }

    /// <summary>Gets how many words the user's last message has.</summary>
    /// <value>At least 0; in scripts without spaces a run of letters counts as one word for every two letters.</value>
    public int Words { get; init; }

    /// <summary>Gets how many questions the user's last message asks, by question marks of any script.</summary>
    public int Questions { get; init; }

    /// <summary>Gets how many sentences the user's last message has.</summary>
    public int Sentences { get; init; }

    /// <summary>Gets whether the conversation's user text contains code: a fenced block, or lines that look like source.</summary>
    public bool HasCode { get; init; }

    /// <summary>Gets the share of code among the characters of the user's last message.</summary>
    /// <value>0 to 1.</value>
    public double CodeRatio { get; init; }

    /// <summary>Gets how many numeric expressions the user's last message has: numbers, amounts, percentages, formulas.</summary>
    public int NumericExpressions { get; init; }

    /// <summary>Gets how many date and time expressions the user's last message has.</summary>
    public int DateExpressions { get; init; }

    /// <summary>Gets the share of words that look like names: capitalised, and not only because a sentence starts there.</summary>
    /// <value>0 to 1.</value>
    public double EntityDensity { get; init; }

    /// <summary>Gets how deep the sentences of the last user message nest, by commas, brackets and subordinating words.</summary>
    /// <value>Average clauses per sentence, at least 0.</value>
    public double ClauseDepth { get; init; }

    /// <summary>Gets the script that most letters of the user's last message belong to.</summary>
    public TextScript Script { get; init; }

    /// <summary>Gets the share of letters that do not belong to <see cref="Script"/>.</summary>
    /// <value>0 (one script) to 1.</value>
    public double ScriptMix { get; init; }

    /// <summary>Gets how many images the messages hold.</summary>
    public int Images { get; init; }

    /// <summary>Gets how many audio clips the messages hold.</summary>
    public int AudioClips { get; init; }

    /// <summary>Gets how many documents the messages hold.</summary>
    public int Documents { get; init; }

    /// <summary>Gets how many tools the request offers.</summary>
    public int Tools { get; init; }

    /// <summary>Gets the shape of answer that the request asks for.</summary>
    public RequestedFormat Format { get; init; }

    /// <summary>Gets whether the request carries on a tool loop: its last messages are tool results.</summary>
    public bool IsToolContinuation { get; init; }

    /// <summary>Gets what a model must be able to do to serve the request.</summary>
    public ModelCapabilities RequiredCapabilities { get; init; }

    /// <summary>Gets what the request holds that means something to one provider only.</summary>
    internal ProviderStates States { get; init; }

    /// <summary>Gets whether a text was so long that it was sampled instead of read whole.</summary>
    public bool IsSampled { get; init; }
}
