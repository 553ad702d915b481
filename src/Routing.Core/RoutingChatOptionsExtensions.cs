using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Lets a caller tell the router about one request.</summary>
public static class RoutingChatOptionsExtensions
{
    internal const string Key = "llm.routing.hints";

    /// <summary>Adds hints for the router to options.</summary>
    /// <param name="options">The options; changed in place. The hints are stripped before a model is called.</param>
    /// <param name="configure">Sets the hints; starts from those that the options carry already.</param>
    /// <returns><paramref name="options"/>, for chaining.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ChatOptions WithRouting(this ChatOptions options, Action<RoutingHints> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configure);

        // A fresh copy, because ChatOptions.Clone is shallow: a clone made earlier must not see this change.
        RoutingHints hints = new(RoutingHints.From(options));
        configure(hints);
        options.AdditionalProperties ??= [];
        options.AdditionalProperties[Key] = hints;
        return options;
    }
}
