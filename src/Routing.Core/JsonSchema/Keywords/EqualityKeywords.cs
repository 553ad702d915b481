using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// const is an enum of one value.
internal sealed class EnumKeyword : Keyword
{
    private const int FewValues = 8;

    private readonly string _message;
    private readonly Utf8NameTable _strings;
    private readonly JsonElement[] _others;
    private readonly ILookup<int, JsonElement>? _othersByHash;
    private readonly int _literals;

    internal EnumKeyword(string name, JsonElement[] values)
        : base(name, Anything)
    {
        _message = values.Length <= 20 && values.Sum(value => value.GetRawText().Length) <= 500
            ? $"must be {(values.Length == 1 ? "" : "one of ")}{string.Join(", ", values.Select(value => value.GetRawText()))}."
            : $"must be one of the {values.Length} values of {name}.";
        _strings = new Utf8NameTable(
            [.. values.Where(value => value.ValueKind == JsonValueKind.String).Select(Utf8Text.ToArray).Distinct(Utf8NameTable.Comparer)]);
        _others = [.. values.Where(value => value.ValueKind is JsonValueKind.Number or JsonValueKind.Object or JsonValueKind.Array)];
        _othersByHash = _others.Length > FewValues ? _others.ToLookup(JsonEquality.Hash) : null;
        foreach (JsonElement value in values)
        {
            _literals |= value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null ? 1 << (int)value.ValueKind : 0;
        }
    }

    internal override string Message => _message;

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        JsonValueKind kind = instance.ValueKind;
        if (kind == JsonValueKind.String)
        {
            ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(instance)[1..^1];
            return raw.Contains((byte)'\\') ? FindEscaped(raw) : _strings.Find(raw, 0) >= 0;
        }

        if (kind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null)
        {
            return (_literals & (1 << (int)kind)) != 0;
        }

        if (_othersByHash is not null)
        {
            foreach (JsonElement value in _othersByHash[JsonEquality.Hash(instance)])
            {
                evaluation.Charge(1);
                if (JsonEquality.AreEqual(value, instance))
                {
                    return true;
                }
            }

            return false;
        }

        foreach (JsonElement value in _others)
        {
            if (JsonEquality.AreEqual(value, instance))
            {
                return true;
            }
        }

        return false;
    }

    private bool FindEscaped(ReadOnlySpan<byte> raw)
    {
        using var text = new Utf8Text(raw, stackalloc byte[Utf8Text.StackBytes]);
        return _strings.Find(text.Span, 0) >= 0;
    }
}
