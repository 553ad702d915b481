namespace LlmRouting.JsonSchema;

// Gathers what a schema says about properties before it becomes rules.
internal sealed class ObjectRulesBuilder
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);

    internal List<string> Names { get; } = [];

    internal List<SchemaNode?> Schemas { get; } = [];

    internal HashSet<int> Required { get; } = [];

    internal List<Dependency> Dependencies { get; } = [];

    internal List<PatternRule> Patterns { get; } = [];

    internal SchemaNode? Additional { get; set; }

    internal SchemaNode? PropertyNames { get; set; }

    internal long Least { get; set; }

    internal long Most { get; set; } = long.MaxValue;

    internal bool IsEmpty => Names.Count == 0 && Patterns.Count == 0 && Additional is null && PropertyNames is null && Least == 0 && Most == long.MaxValue;

    internal int Slot(string name)
    {
        if (!_slots.TryGetValue(name, out int slot))
        {
            _slots[name] = slot = Names.Count;
            Names.Add(name);
            Schemas.Add(null);
        }

        return slot;
    }
}
