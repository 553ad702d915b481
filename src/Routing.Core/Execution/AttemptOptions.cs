using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Makes the options of one attempt from the caller's.</summary>
internal static class AttemptOptions
{
    /// <summary>Copies the options, names the endpoint's model and strips what is the router's own.</summary>
    /// <returns>null when there is nothing to say.</returns>
    public static ChatOptions? Create(ChatOptions? caller, ModelEndpoint endpoint, WalkBudget? nested)
    {
        if (caller is null && endpoint.ModelId is null && nested is null)
        {
            return null;
        }

        ChatOptions options = caller?.Clone() ?? new ChatOptions();

        // The caller's ModelId, if any, named a model of ours: it means nothing to a provider.
        options.ModelId = endpoint.ModelId;
        if (options.AdditionalProperties is { } properties)
        {
            properties.Remove(RoutingChatOptionsExtensions.Key);
            properties.Remove(WalkBudget.Key);
            if (properties.Count == 0)
            {
                options.AdditionalProperties = null;
            }
        }

        if (nested is not null)
        {
            (options.AdditionalProperties ??= [])[WalkBudget.Key] = nested;
        }

        return options;
    }

    /// <summary>Reads the budget that a router in front of this one handed over.</summary>
    public static WalkBudget? FindBudget(ChatOptions? options) =>
        options?.AdditionalProperties is { } properties && properties.TryGetValue(WalkBudget.Key, out object? value)
            ? value as WalkBudget
            : null;
}
