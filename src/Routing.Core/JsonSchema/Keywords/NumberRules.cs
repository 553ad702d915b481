using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

internal sealed record NumberRange(string Keyword, NumberLimit Limit, bool IsUpper, bool IsExclusive)
{
    internal string Message => $"must be {(IsUpper ? "at most" : "at least")} {Limit.Text}{(IsExclusive ? ", which itself is excluded" : "")}.";

    internal bool Fits(int order) => order == 0 ? !IsExclusive : order < 0 == IsUpper;
}

// The bounds of a number, together: it is read once.
internal sealed class NumberRules(SchemaNode owner, NumberRange[] ranges) : Keyword("minimum", Numbers)
{
    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        ReadOnlySpan<byte> text = JsonMarshal.GetRawUtf8Value(instance);
        bool small = JsonNumber.TryParseSmall(text, out long mantissa, out int fraction);
        bool valid = true;
        foreach (NumberRange range in ranges)
        {
            int order = small && range.Limit.IsSmall ? range.Limit.CompareSmall(mantissa, fraction) : JsonNumber.Parse(text).CompareTo(range.Limit.Value);
            if (!range.Fits(order))
            {
                valid = false;
                if (!evaluation.Tracing)
                {
                    return false;
                }

                evaluation.Report(owner, range.Keyword, range.Message);
            }
        }

        return valid;
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
