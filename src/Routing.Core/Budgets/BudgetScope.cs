using System.Diagnostics.CodeAnalysis;

namespace LlmRouting.Budgets;

/// <summary>Says whose spending one account of a budget adds up.</summary>
/// <remarks>
/// Immutable. A request that does not say who it belongs to (no user, no tenant) is booked on one account that all such requests share: a
/// missing hint must not be a way around a limit.
/// </remarks>
public sealed record BudgetScope
{
    /// <summary>The owner of what belongs to nobody in particular.</summary>
    internal const string Nobody = "";

    private const string MetadataPrefix = "metadata:";

    private BudgetScope(BudgetScopeKind kind, string? key = null)
    {
        Kind = kind;
        Key = key;
    }

    /// <summary>Gets the scope with one account for everything.</summary>
    public static BudgetScope Everything { get; } = new(BudgetScopeKind.Everything);

    /// <summary>Gets the kind.</summary>
    public BudgetScopeKind Kind { get; }

    /// <summary>Gets the key of the metadata that names the owner.</summary>
    /// <value>null unless the kind is <see cref="BudgetScopeKind.Metadata"/>.</value>
    public string? Key { get; }

    /// <summary>Gets whether the owner depends on which model is asked, not on the request alone.</summary>
    internal bool DependsOnModel => Kind is BudgetScopeKind.Model or BudgetScopeKind.Provider;

    /// <summary>Gets the scope of a kind.</summary>
    /// <param name="kind">Any kind but <see cref="BudgetScopeKind.Metadata"/>, which needs a key.</param>
    /// <returns>The scope.</returns>
    /// <exception cref="ArgumentException">The kind needs a key.</exception>
    public static BudgetScope Per(BudgetScopeKind kind) =>
        kind == BudgetScopeKind.Metadata
            ? throw new ArgumentException("A scope of metadata needs a key: use BudgetScope.PerMetadata.", nameof(kind))
            : new(kind);

    /// <summary>Gets the scope with one account for each value of a key of the request's metadata.</summary>
    /// <param name="key">The key; not empty.</param>
    /// <returns>The scope.</returns>
    public static BudgetScope PerMetadata(string key)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(key);
        return new(BudgetScopeKind.Metadata, key);
    }

    /// <summary>Reads a scope as the configuration writes it.</summary>
    /// <param name="text">The name of a kind, or <c>metadata:key</c>; case does not count.</param>
    /// <param name="scope">The scope.</param>
    /// <returns>False when the text names no scope.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BudgetScope? scope)
    {
        scope = text is null ? null
            : text.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase) && text.Length > MetadataPrefix.Length
                ? new(BudgetScopeKind.Metadata, text[MetadataPrefix.Length..].Trim())
            : Find(text) is { } kind && kind != BudgetScopeKind.Metadata ? new(kind)
            : null;
        return scope is { Key: not "" };
    }

    /// <inheritdoc/>
    public override string ToString() => Kind == BudgetScopeKind.Metadata ? MetadataPrefix + Key : Kind.ToString();

    /// <summary>Finds whose account a call belongs to.</summary>
    /// <param name="request">The request.</param>
    /// <param name="model">The model that is asked.</param>
    /// <param name="provider">The provider that is asked; null when its name is unknown.</param>
    internal string OwnerOf(RoutingRequest request, string model, string? provider) => Kind switch
    {
        BudgetScopeKind.Everything => Nobody,
        BudgetScopeKind.Model => model,
        BudgetScopeKind.Provider => provider ?? Nobody,
        BudgetScopeKind.Policy => request.Policy?.Id ?? Nobody,
        BudgetScopeKind.User => request.Hints.UserId ?? Nobody,
        BudgetScopeKind.UserTier => request.Hints.UserTier ?? Nobody,
        BudgetScopeKind.Tenant => request.Hints.BudgetScope ?? Nobody,
        BudgetScopeKind.Conversation => request.Hints.ConversationId ?? request.Options?.ConversationId ?? Nobody,
        _ => request.Hints.Metadata is { } metadata && metadata.TryGetValue(Key!, out string? value) ? value : Nobody, // not null: metadata has a key
    };

    // Enum.Parse would take numbers and lists too.
    private static BudgetScopeKind? Find(string text)
    {
        foreach (BudgetScopeKind kind in Enum.GetValues<BudgetScopeKind>())
        {
            if (string.Equals(kind.ToString(), text.Trim(), StringComparison.OrdinalIgnoreCase))
            {
                return kind;
            }
        }

        return null;
    }
}
