using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// One subschema, compiled: which types it takes, and for each kind of value the keywords that have a say about it.
internal sealed class SchemaNode(string absoluteLocation, DynamicScope scope)
{
    // One bit per JsonValueKind; Integer is a number without a fraction.
    internal const int AnyType = 0b1111_1110;
    internal const int Integer = 1 << 8;
    internal const int NumberBit = 1 << (int)JsonValueKind.Number;

    private static readonly Keyword[][] NoKeywords = [[], [], [], [], [], [], [], []];

    private Keyword[][] _byKind = NoKeywords;

    internal string AbsoluteLocation { get; } = absoluteLocation;

    internal DynamicScope Scope { get; } = scope;

    internal int Types { get; set; } = AnyType;

    // Set for draft-04, where 1.0 is no integer.
    internal bool LexicalIntegers { get; set; }

    // Asked after all other keywords and only if they agree: null, UnevaluatedProperties, UnevaluatedItems.
    internal Keyword? UnevaluatedProperties { get; set; }

    internal Keyword? UnevaluatedItems { get; set; }

    internal KeyValuePair<string, JsonElement>[] Annotations { get; set; } = [];

    // The schema "false": says so instead of naming the types that it does not take.
    internal bool IsFalse { get; set; }

    // Only a type, or nothing at all: most leaves of most schemas. Their caller need not enter them.
    internal bool IsTypeOnly { get; private set; }

    // When nothing but keywords about texts have a say about a text: those. Otherwise null.
    internal TextKeyword[]? TextKeywords { get; private set; }

    internal bool AcceptsAll => IsTypeOnly && Types == AnyType;

    internal void SetKeywords(List<Keyword> keywords)
    {
        Debug.Assert(ReferenceEquals(_byKind, NoKeywords), "A node is filled once.");
        if (keywords.Count > 0)
        {
            _byKind = new Keyword[8][];
            for (int kind = 0; kind < 8; kind++)
            {
                _byKind[kind] = [.. keywords.Where(keyword => (keyword.Kinds & (1 << kind)) != 0)];
            }
        }

        Keyword[] forTexts = _byKind[(int)JsonValueKind.String];
        bool takesTexts = (Types & (1 << (int)JsonValueKind.String)) != 0;
        TextKeywords = takesTexts && Array.TrueForAll(forTexts, keyword => keyword is TextKeyword) ? [.. forTexts.Cast<TextKeyword>()] : null;
        IsTypeOnly = keywords.Count == 0 && UnevaluatedItems is null && UnevaluatedProperties is null && Annotations.Length == 0;
    }

    internal bool MatchesType(JsonValueKind kind, in JsonElement instance)
    {
        int types = Types;
        return (types & (1 << (int)kind)) != 0
            || (kind == JsonValueKind.Number && (types & Integer) != 0 && JsonNumber.IsInteger(JsonMarshal.GetRawUtf8Value(instance), LexicalIntegers));
    }

    // Evaluates the instance; `track` is where the evaluated members are noted, or Evaluation.Untracked.
    internal bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        JsonValueKind kind = instance.ValueKind;
        bool valid = MatchesType(kind, instance);
        if (!valid)
        {
            if (!evaluation.Tracing)
            {
                return false;
            }

            evaluation.Report(this, IsFalse ? "" : "type", IsFalse ? "no value is allowed here." : $"must be {TypeNames.Join(Types)}, but is {TypeNames.Of(kind)}.");
        }

        Keyword[] keywords = _byKind[(int)kind];
        Keyword? unevaluated = kind == JsonValueKind.Object ? UnevaluatedProperties : kind == JsonValueKind.Array ? UnevaluatedItems : null;
        if (keywords.Length == 0 && unevaluated is null && Annotations.Length == 0)
        {
            return valid;
        }

        evaluation.Enter(this);
        int ownTrack = unevaluated is not null && track == Evaluation.Untracked ? evaluation.PushTrack(instance, kind) : track;
        int annotationMark = evaluation.AnnotationCount;
        foreach (Keyword keyword in keywords)
        {
            if (!keyword.Evaluate(instance, evaluation, ownTrack))
            {
                valid = false;
                if (!evaluation.Tracing)
                {
                    break;
                }

                if (keyword.Message is { } message)
                {
                    evaluation.Report(this, keyword.Name, message);
                }
            }
        }

        // When something else is wrong, most members count as unevaluated; telling so would bury the cause.
        if (valid && unevaluated is not null)
        {
            valid = unevaluated.Evaluate(instance, evaluation, ownTrack);
        }

        if (ownTrack != track)
        {
            evaluation.PopTrack(ownTrack);
        }

        if (evaluation.Tracing)
        {
            evaluation.Annotate(this, valid, annotationMark);
        }

        evaluation.Leave(this);
        return valid;
    }
}
