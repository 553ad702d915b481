using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

internal sealed class RangeKeyword(string name, NumberLimit limit, bool upper, bool exclusive) : Keyword(name, Numbers)
{
    internal override string Message => $"must be {(upper ? "at most" : "at least")} {limit.Text}{(exclusive ? ", which itself is excluded" : "")}.";

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(instance);
        int order = limit.IsSmall && JsonNumber.TryParseSmall(text, out long small)
            ? small.CompareTo(limit.Small)
            : JsonNumber.Parse(text).CompareTo(limit.Value);
        return order == 0 ? !exclusive : order < 0 == upper;
    }
}

internal sealed class MultipleOfKeyword(NumberLimit limit) : Keyword("multipleOf", Numbers)
{
    private readonly Divisor _divisor = new(limit);

    internal override string Message => $"must be a multiple of {limit.Text}.";

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(instance);
        evaluation.Charge(text.Length >> 6);
        return _divisor.Divides(text);
    }
}
