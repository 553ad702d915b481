using System.Collections.Immutable;

namespace LlmRouting.DecisionLog;

/// <summary>Is a record of the decision log, read again.</summary>
/// <remarks>Immutable.</remarks>
internal sealed record LoggedDecision
{
    /// <summary>Gets the request's id; null when it was refused.</summary>
    public string? Id { get; init; }

    public required DateTimeOffset At { get; init; }

    public required string Result { get; init; }

    /// <summary>Gets the decision; null when the request was refused.</summary>
    public RoutingDecision? Decision { get; init; }

    public required ImmutableArray<DecisionStep> Steps { get; init; }

    public RequestFeatures? Features { get; init; }

    /// <summary>Gets what the decision was made from; null when nobody recorded it.</summary>
    public LoggedInputs? Inputs { get; init; }

    /// <summary>Gets the model that answered; null when none did.</summary>
    public string? ModelId { get; init; }

    public decimal CostUsd { get; init; }

    /// <summary>Gets the tokens of the answer, as its provider counted them.</summary>
    public long? InputTokens { get; init; }

    /// <summary>Gets the tokens of the answer, as its provider counted them.</summary>
    public long? OutputTokens { get; init; }
}
