using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Remembers, in a content itself, which provider it comes from: <c>service|account</c>.</summary>
/// <remarks>The service is who can read what it signed or encrypted; the account is who keeps a file. Both travel with the conversation, through storage too.</remarks>
internal static class ContentOrigin
{
    public const string Key = "llm.routing.origin";
    private const char Separator = '|';

    /// <summary>Names an origin.</summary>
    public static string Of(string service, Uri? address, string account) => $"{service}{(address is null ? "" : $"@{address.Authority}")}{Separator}{account}";

    /// <summary>Leaves the origin in a content.</summary>
    public static void Mark(AIContent content, string origin) =>
        // A new dictionary, because a client may hand the same content out twice at once.
        content.AdditionalProperties = new AdditionalPropertiesDictionary(content.AdditionalProperties ?? []) { [Key] = origin };

    /// <summary>Finds where a content comes from.</summary>
    /// <returns>null when it does not say.</returns>
    public static string? Find(AIContent content) =>
        // A conversation that was stored as JSON comes back with JSON values.
        content.AdditionalProperties is { } properties && properties.TryGetValue(Key, out object? origin) ? origin as string ?? origin?.ToString() : null;

    public static bool IsSameService(string left, string right) => Service(left).SequenceEqual(Service(right));

    public static bool IsSameAccount(string left, string right) => Account(left).Equals(Account(right), StringComparison.OrdinalIgnoreCase);

    public static bool IsSameProvider(string left, string right) => IsSameService(left, right) && IsSameAccount(left, right);

    private static ReadOnlySpan<char> Service(string origin) => origin.AsSpan(0, Math.Max(0, origin.IndexOf(Separator)));

    private static ReadOnlySpan<char> Account(string origin) => origin.AsSpan(origin.IndexOf(Separator) + 1);
}
