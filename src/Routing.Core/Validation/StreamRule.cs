using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.JsonSchema;

namespace LlmRouting.Validation;

/// <summary>Holds what can be said of one place of a document before the whole of it is known: a part of what its schema demands.</summary>
/// <remarks>Immutable once it has been read. Every rule follows from the schema, so what breaks a rule breaks the schema.</remarks>
internal sealed class StreamRule
{
    /// <summary>Gets whether no value may stand here.</summary>
    public bool ForbidsAll { get; init; }

    public bool AllowsObject { get; init; } = true;

    public bool AllowsArray { get; init; } = true;

    /// <summary>Gets what texts, numbers and literals must fit; null means anything.</summary>
    public CompiledSchema? Scalar { get; init; }

    /// <summary>Gets the longest text, in code points.</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    public int MaxItems { get; init; } = int.MaxValue;

    public bool ForbidsOtherNames { get; init; }

    public ImmutableArray<string> Required { get; init; } = [];

    public FrozenDictionary<string, StreamRule?> Properties { get; set; } = FrozenDictionary<string, StreamRule?>.Empty;

    /// <summary>Gets or sets the rule of properties without one of their own; null means no rule.</summary>
    public StreamRule? OtherProperties { get; set; }

    /// <summary>Gets or sets the rules of the first items.</summary>
    public ImmutableArray<StreamRule?> FirstItems { get; set; } = [];

    /// <summary>Gets or sets the rule of all further items; null means no rule.</summary>
    public StreamRule? Items { get; set; }

    public StreamRule? ItemAt(int index) => index < FirstItems.Length ? FirstItems[index] : Items;
}
