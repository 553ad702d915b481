using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

internal sealed record PatternRule(Pattern Pattern, SchemaNode Schema, string Path);

// A property that asks for others, or for a subschema, when it is there.
internal sealed record Dependency(int Trigger, int[] Required, SchemaNode? Schema, string Keyword);

// All keywords about properties in one pass over the object. Every name that the schema mentions has a slot; a bit per slot says
// whether the name was met, which answers required and the dependencies.
internal sealed class ObjectRules : Keyword
{
    private const int WordBits = 64;

    private readonly SchemaNode _owner;
    private readonly Utf8NameTable _names;
    private readonly SchemaNode?[] _schemas;
    private readonly string[] _paths;
    private readonly ulong[] _required;
    private readonly Dependency[] _dependencies;
    private readonly PatternRule[] _patterns;
    private readonly SchemaNode? _additional;
    private readonly SchemaNode? _propertyNames;
    private readonly long _least;
    private readonly long _most;
    private readonly bool _tracksSeen;

    internal ObjectRules(SchemaNode owner, ObjectRulesBuilder rules)
        : base("properties", Objects)
    {
        _owner = owner;
        _names = new Utf8NameTable([.. rules.Names.Select(Encoding.UTF8.GetBytes)]);
        _schemas = [.. rules.Schemas];
        _paths = [.. rules.Names.Select(name => "/properties/" + JsonPointer.Escape(name))];
        _required = new ulong[(_names.Count + WordBits - 1) / WordBits];
        foreach (int slot in rules.Required)
        {
            _required[slot / WordBits] |= 1UL << slot;
        }

        _dependencies = [.. rules.Dependencies];
        _patterns = [.. rules.Patterns];
        _additional = rules.Additional;
        _propertyNames = rules.PropertyNames;
        _least = rules.Least;
        _most = rules.Most;
        _tracksSeen = rules.Required.Count > 0 || _dependencies.Length > 0;
    }

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        // Up to 64 names the bits live in a local; the rest, if any, in the evaluation's scratch words.
        ulong seen = 0;
        int more = _tracksSeen && _required.Length > 1 ? evaluation.PushTrack(_required.Length) : Evaluation.Untracked;
        bool valid = true;
        int index = 0;
        int guess = 0;
        foreach (JsonProperty property in instance.EnumerateObject())
        {
            ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8PropertyName(property);
            int slot = _names.HasBackslash ? -1 : _names.Find(raw, guess);
            if (slot < 0 && (_names.HasBackslash || raw.Contains((byte)'\\')))
            {
                slot = FindUnescaped(raw);
            }

            if (slot >= 0)
            {
                guess = slot + 1;
                if (more >= 0)
                {
                    evaluation.SetBit(more, slot);
                }
                else
                {
                    seen |= 1UL << slot;
                }
            }

            if (!Apply(property, raw, slot, evaluation, track, index))
            {
                valid = false;
                if (!evaluation.Tracing)
                {
                    break;
                }
            }

            index++;
        }

        if (valid || evaluation.Tracing)
        {
            valid = CountFits(index, evaluation) && valid;
            valid = (!_tracksSeen || RequiredFit(seen, more, evaluation)) && valid;
            valid = (_dependencies.Length == 0 || DependenciesFit(instance, seen, more, evaluation, track)) && valid;
        }

        if (more >= 0)
        {
            evaluation.PopTrack(more);
        }

        return valid;
    }

    private bool Apply(in JsonProperty property, ReadOnlySpan<byte> raw, int slot, Evaluation evaluation, int track, int index)
    {
        bool valid = true;
        bool evaluated = false;
        if (slot >= 0 && _schemas[slot] is { } schema)
        {
            evaluated = true;
            valid = Child(schema, property.Value, evaluation, _paths[slot], raw);
        }

        if ((_patterns.Length > 0 || _propertyNames is not null) && (valid || evaluation.Tracing))
        {
            valid = ApplyByName(property, raw, evaluation, ref evaluated) && valid;
        }

        if (!evaluated && _additional is not null)
        {
            evaluated = true;
            valid = Child(_additional, property.Value, evaluation, "/additionalProperties", raw) && valid;
        }

        if (evaluated && track >= 0)
        {
            evaluation.SetBit(track, index);
        }

        return valid;
    }

    private bool ApplyByName(in JsonProperty property, ReadOnlySpan<byte> raw, Evaluation evaluation, ref bool evaluated)
    {
        using var name = new Utf8Text(raw, stackalloc byte[Utf8Text.StackBytes]);
        bool valid = true;
        foreach (PatternRule rule in _patterns)
        {
            if (rule.Pattern.IsMatch(name.Span, evaluation))
            {
                evaluated = true;
                valid = Child(rule.Schema, property.Value, evaluation, rule.Path, raw) && valid;
            }
        }

        return (_propertyNames is null || NameInstance.Evaluate(_propertyNames, raw, name.Span, evaluation, _owner)) && valid;
    }

    private bool CountFits(int count, Evaluation evaluation)
    {
        bool enough = count >= _least;
        bool few = count <= _most;
        if (evaluation.Tracing && !enough)
        {
            evaluation.Report(_owner, "minProperties", $"must have at least {_least} properties.");
        }

        if (evaluation.Tracing && !few)
        {
            evaluation.Report(_owner, "maxProperties", $"must have at most {_most} properties.");
        }

        return enough && few;
    }

    private bool RequiredFit(ulong seen, int more, Evaluation evaluation)
    {
        if (more < 0 ? (_required[0] & ~seen) == 0 : evaluation.HasAllBits(more, _required))
        {
            return true;
        }

        for (int slot = 0; evaluation.Tracing && slot < _names.Count; slot++)
        {
            if ((_required[slot / WordBits] & (1UL << slot)) != 0 && !WasSeen(slot, seen, more, evaluation))
            {
                evaluation.Report(_owner, "required", $"the property '{Encoding.UTF8.GetString(_names[slot])}' is missing.");
            }
        }

        return false;
    }

    private bool DependenciesFit(in JsonElement instance, ulong seen, int more, Evaluation evaluation, int track)
    {
        bool valid = true;
        foreach (Dependency dependency in _dependencies)
        {
            if (!WasSeen(dependency.Trigger, seen, more, evaluation))
            {
                continue;
            }

            string trigger = evaluation.Tracing ? Encoding.UTF8.GetString(_names[dependency.Trigger]) : "";
            foreach (int slot in dependency.Required)
            {
                if (!WasSeen(slot, seen, more, evaluation))
                {
                    valid = false;
                    if (!evaluation.Tracing)
                    {
                        return false;
                    }

                    evaluation.Report(_owner, dependency.Keyword, $"the property '{Encoding.UTF8.GetString(_names[slot])}' is missing, which '{trigger}' requires.");
                }
            }

            if (dependency.Schema is not null)
            {
                string path = evaluation.Tracing ? $"/{dependency.Keyword}/{JsonPointer.Escape(trigger)}" : "";
                valid = evaluation.InPlace(dependency.Schema, instance, track, path) && valid;
            }

            if (!valid && !evaluation.Tracing)
            {
                return false;
            }
        }

        return valid;
    }

    private static bool WasSeen(int slot, ulong seen, int more, Evaluation evaluation) =>
        more < 0 ? (seen & (1UL << slot)) != 0 : evaluation.HasBit(more, slot);

    private int FindUnescaped(ReadOnlySpan<byte> raw)
    {
        using var name = new Utf8Text(raw, stackalloc byte[Utf8Text.StackBytes]);
        return _names.Find(name.Span, -1);
    }

    private static bool Child(SchemaNode schema, in JsonElement value, Evaluation evaluation, string path, ReadOnlySpan<byte> rawName)
    {
        if (!evaluation.Tracing)
        {
            return schema.IsTypeOnly ? schema.MatchesType(value.ValueKind, value) : schema.Evaluate(value, evaluation, Evaluation.Untracked);
        }

        using var name = new Utf8Text(rawName, stackalloc byte[Utf8Text.StackBytes]);
        return evaluation.Property(schema, value, path, name.Span);
    }
}
