using System.Collections.Immutable;
using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Passes on which options of a request a provider's client could not send as they were asked for.</summary>
/// <remarks>
/// A client reports the names; the router puts them into <see cref="RoutingAttempt.UnsentOptions"/> and warns once for each endpoint and option.
/// The names stay in the additional properties of the answer, so that a caller of the bare client can read them as well.
/// </remarks>
public static class UnsentOptionsExtensions
{
    private const string Key = "llm.routing.unsent-options";

    /// <summary>Reports the options with a whole answer.</summary>
    /// <param name="response">The answer; its additional properties are changed.</param>
    /// <param name="names">The names of properties of <see cref="ChatOptions"/>, never their values; none leaves the answer as it is.</param>
    /// <exception cref="ArgumentNullException"><paramref name="response"/> is null.</exception>
    public static void ReportUnsentOptions(this ChatResponse response, ImmutableArray<string> names)
    {
        ArgumentNullException.ThrowIfNull(response);
        if (!names.IsDefaultOrEmpty)
        {
            (response.AdditionalProperties ??= [])[Key] = names;
        }
    }

    /// <summary>Reports the options with an update of a stream: one that was sent out before any content, and has no message id.</summary>
    /// <param name="update">The update; its additional properties are changed.</param>
    /// <param name="names">The names of properties of <see cref="ChatOptions"/>, never their values; none leaves the update as it is.</param>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    public static void ReportUnsentOptions(this ChatResponseUpdate update, ImmutableArray<string> names)
    {
        ArgumentNullException.ThrowIfNull(update);
        if (!names.IsDefaultOrEmpty)
        {
            (update.AdditionalProperties ??= [])[Key] = names;
        }
    }

    /// <summary>Gets the options that were not sent as they were asked for.</summary>
    /// <param name="response">An answer, or the updates of a stream joined into one.</param>
    /// <returns>Names of properties of <see cref="ChatOptions"/>; empty when nothing was reported. Allocates nothing.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="response"/> is null.</exception>
    public static ImmutableArray<string> GetUnsentOptions(this ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return Read(response.AdditionalProperties);
    }

    /// <summary>Gets the options that were not sent as they were asked for.</summary>
    /// <param name="update">An update of a stream.</param>
    /// <returns>Names of properties of <see cref="ChatOptions"/>; empty when this update reports nothing. Allocates nothing.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="update"/> is null.</exception>
    public static ImmutableArray<string> GetUnsentOptions(this ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Read(update.AdditionalProperties);
    }

    private static ImmutableArray<string> Read(AdditionalPropertiesDictionary? properties) =>
        properties is not null && properties.TryGetValue(Key, out object? value) && value is ImmutableArray<string> { IsDefault: false } names ? names : [];
}
