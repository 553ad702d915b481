using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// Equality of JSON values as the specification defines it: numbers by value, objects whatever their order. JsonElement.DeepEquals
// throws for exponents beyond 32 bits and for lone surrogates. Elements may nest as deep as their own parser allowed, hence the
// looks at the stack; who calls turns the exception into a verdict.
internal static class JsonEquality
{
    private const int FewProperties = 8;

    internal static bool AreEqual(JsonElement a, JsonElement b)
    {
        if (a.ValueKind != b.ValueKind)
        {
            return false;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (a.ValueKind)
        {
            case JsonValueKind.Number:
                ReadOnlySpan<byte> left = JsonMarshal.GetRawUtf8Value(a);
                ReadOnlySpan<byte> right = JsonMarshal.GetRawUtf8Value(b);
                return left.SequenceEqual(right) || JsonNumber.Parse(left).CompareTo(JsonNumber.Parse(right)) == 0;
            case JsonValueKind.String:
                return TextEquals(JsonMarshal.GetRawUtf8Value(a)[1..^1], JsonMarshal.GetRawUtf8Value(b)[1..^1]);
            case JsonValueKind.Array:
                return ArraysEqual(a, b);
            case JsonValueKind.Object:
                return ObjectsEqual(a, b);
            default:
                return true;
        }
    }

    internal static int Hash(JsonElement value)
    {
        var hash = default(HashCode);
        AddTo(ref hash, value);
        return hash.ToHashCode();
    }

    private static void AddTo(ref HashCode hash, JsonElement value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        hash.Add((int)value.ValueKind);
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(value)).AddTo(ref hash);
                break;
            case JsonValueKind.String:
                AddText(ref hash, JsonMarshal.GetRawUtf8Value(value)[1..^1]);
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in value.EnumerateArray())
                {
                    AddTo(ref hash, item);
                }

                break;
            case JsonValueKind.Object:
                // A sum does not depend on the order.
                int sum = 0;
                foreach (JsonProperty property in value.EnumerateObject())
                {
                    var pair = default(HashCode);
                    AddText(ref pair, JsonMarshal.GetRawUtf8PropertyName(property));
                    AddTo(ref pair, property.Value);
                    sum += pair.ToHashCode();
                }

                hash.Add(sum);
                break;
        }
    }

    private static void AddText(ref HashCode hash, ReadOnlySpan<byte> escaped)
    {
        using var text = new Utf8Text(escaped, stackalloc byte[Utf8Text.StackBytes]);
        hash.AddBytes(text.Span);
    }

    private static bool TextEquals(ReadOnlySpan<byte> escapedA, ReadOnlySpan<byte> escapedB)
    {
        if (escapedA.SequenceEqual(escapedB))
        {
            return true;
        }

        using var a = new Utf8Text(escapedA, stackalloc byte[Utf8Text.StackBytes]);
        using var b = new Utf8Text(escapedB, stackalloc byte[Utf8Text.StackBytes]);
        return a.Span.SequenceEqual(b.Span);
    }

    private static bool ArraysEqual(JsonElement a, JsonElement b)
    {
        if (a.GetArrayLength() != b.GetArrayLength())
        {
            return false;
        }

        JsonElement.ArrayEnumerator others = b.EnumerateArray();
        foreach (JsonElement item in a.EnumerateArray())
        {
            if (!others.MoveNext() || !AreEqual(item, others.Current))
            {
                return false;
            }
        }

        return true;
    }

    private static bool ObjectsEqual(JsonElement a, JsonElement b)
    {
        int count = a.GetPropertyCount();
        if (count != b.GetPropertyCount())
        {
            return false;
        }

        if (count > FewProperties)
        {
            return LargeObjectsEqual(a, b);
        }

        foreach (JsonProperty property in a.EnumerateObject())
        {
            bool found = false;
            foreach (JsonProperty other in b.EnumerateObject())
            {
                if (TextEquals(JsonMarshal.GetRawUtf8PropertyName(property), JsonMarshal.GetRawUtf8PropertyName(other)))
                {
                    found = AreEqual(property.Value, other.Value);
                    break;
                }
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }

    private static bool LargeObjectsEqual(JsonElement a, JsonElement b)
    {
        var values = new Dictionary<byte[], JsonElement>(Utf8NameTable.Comparer);
        foreach (JsonProperty property in b.EnumerateObject())
        {
            values[Utf8Text.NameToArray(property)] = property.Value;
        }

        foreach (JsonProperty property in a.EnumerateObject())
        {
            if (!values.TryGetValue(Utf8Text.NameToArray(property), out JsonElement other) || !AreEqual(property.Value, other))
            {
                return false;
            }
        }

        return true;
    }
}
