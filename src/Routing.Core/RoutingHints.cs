using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Holds what a caller tells the router about one request.</summary>
/// <remarks>Set through <see cref="RoutingChatOptionsExtensions.WithRouting"/>. Not thread-safe while it is being configured.</remarks>
public sealed class RoutingHints
{
    /// <summary>Creates hints that say nothing.</summary>
    public RoutingHints()
    {
    }

    internal RoutingHints(RoutingHints other)
    {
        Model = other.Model;
        AllowFallback = other.AllowFallback;
        Policy = other.Policy;
        UserTier = other.UserTier;
        Priority = other.Priority;
        MaxLatency = other.MaxLatency;
        MaxCostUsd = other.MaxCostUsd;
        Region = other.Region;
        ConversationId = other.ConversationId;
        BudgetScope = other.BudgetScope;
        UserId = other.UserId;
        Metadata = other.Metadata is null ? null : new Dictionary<string, string>(other.Metadata, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Gets the hints of a request that carries none.</summary>
    internal static RoutingHints None { get; } = new();

    /// <summary>Gets or sets the model that the caller insists on.</summary>
    /// <value>A model id, a family, or either with <c>@version</c>; null lets the router choose; default null.</value>
    public string? Model { get; set; }

    /// <summary>Gets or sets whether another model may answer when the first choice fails.</summary>
    /// <value>Default true. With false the request has one model, and its failure is the request's.</value>
    public bool AllowFallback { get; set; } = true;

    /// <summary>Gets or sets the policy (quality and safety floor, limits) of the product surface that asks.</summary>
    /// <value>A key below <c>Policies</c>; null means none; default null.</value>
    public string? Policy { get; set; }

    /// <summary>Gets or sets the class of user, for rules to look at.</summary>
    /// <value>Any word, such as "premium"; default null.</value>
    public string? UserTier { get; set; }

    /// <summary>Gets or sets whether somebody waits for the answer.</summary>
    /// <value>Default <see cref="RequestPriority.Interactive"/>.</value>
    public RequestPriority Priority { get; set; }

    /// <summary>Gets or sets the longest expected time for the whole answer.</summary>
    /// <value>The stricter of this and the policy's counts; null means no limit; default null.</value>
    public TimeSpan? MaxLatency { get; set; }

    /// <summary>Gets or sets the highest estimated cost of a call.</summary>
    /// <value>USD; the stricter of this and the policy's counts; null means no limit; default null.</value>
    public decimal? MaxCostUsd { get; set; }

    /// <summary>Gets or sets the region whose endpoints are called first.</summary>
    /// <value>A word that endpoints name as theirs; null means <c>Execution:Region</c>; default null.</value>
    public string? Region { get; set; }

    /// <summary>Gets or sets the host's own id of the conversation.</summary>
    /// <value>Never sent to a provider; default null.</value>
    public string? ConversationId { get; set; }

    /// <summary>Gets or sets the host's own id of the user, for budgets of each user.</summary>
    /// <value>Never sent to a provider, never recorded; default null.</value>
    public string? UserId { get; set; }

    /// <summary>Gets or sets who pays.</summary>
    /// <value>Any word, such as a tenant's id; default null.</value>
    public string? BudgetScope { get; set; }

    /// <summary>Gets or sets free facts for rules to look at.</summary>
    /// <value>Never sent to a provider, never recorded; null means none; default null.</value>
    public IDictionary<string, string>? Metadata { get; set; }

    /// <summary>Reads the hints that options carry.</summary>
    /// <param name="options">The options; null means none.</param>
    /// <returns>The hints, or <see cref="None"/>.</returns>
    internal static RoutingHints From(ChatOptions? options) =>
        options?.AdditionalProperties is { } properties
        && properties.TryGetValue(RoutingChatOptionsExtensions.Key, out object? value)
        && value is RoutingHints hints
            ? hints
            : None;
}
