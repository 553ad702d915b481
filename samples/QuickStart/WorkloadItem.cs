using System.Collections.Immutable;

namespace LlmRouting.QuickStart;

/// <summary>Is one thing that a customer wants, in one or more turns.</summary>
internal sealed record WorkloadItem
{
    /// <summary>Gets what kind of request we think it is; the router is not told.</summary>
    public required string Category { get; init; }

    /// <summary>Gets what the customer says, turn by turn; each turn is sent with the answers to those before it.</summary>
    public required ImmutableArray<string> Turns { get; init; }

    /// <summary>Gets the language of a request that is not in English.</summary>
    public string? Language { get; init; }

    /// <summary>Gets the names of the documents that come along with the first turn.</summary>
    public ImmutableArray<string> Documents { get; init; }

    /// <summary>Gets the name of the schema that the answer is to follow.</summary>
    public string? Schema { get; init; }

    /// <summary>Gets whether the model may look up orders with a tool.</summary>
    public bool Tools { get; init; }

    /// <summary>Gets whether the answer is streamed.</summary>
    public bool Stream { get; init; }

    /// <summary>Gets the routing policy of the product surface that asks.</summary>
    public string? Policy { get; init; }

    /// <summary>Gets the class of customer.</summary>
    public string? UserTier { get; init; }

    /// <summary>Gets whether nobody waits for the answer.</summary>
    public bool Background { get; init; }
}
