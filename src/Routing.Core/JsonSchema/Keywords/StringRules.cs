using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

// Keywords that look at a text alone, which may also be a property's name.
internal abstract class TextKeyword(string name) : Keyword(name, Strings)
{
    internal sealed override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(instance)[1..^1];
        return raw.Contains((byte)'\\') ? EvaluateEscaped(raw, evaluation) : EvaluateText(raw, evaluation);
    }

    internal abstract bool EvaluateText(ReadOnlySpan<byte> text, Evaluation evaluation);

    // Apart, so that texts without escapes do not pay for clearing the scratch.
    private bool EvaluateEscaped(ReadOnlySpan<byte> raw, Evaluation evaluation)
    {
        using var text = new Utf8Text(raw, stackalloc byte[Utf8Text.StackBytes]);
        return EvaluateText(text.Span, evaluation);
    }
}

internal sealed class LengthKeyword(string name, long limit, bool upper) : TextKeyword(name)
{
    internal override string Message => $"must have at {(upper ? "most" : "least")} {limit} characters.";

    internal override bool EvaluateText(ReadOnlySpan<byte> text, Evaluation evaluation)
    {
        // A text has between a quarter of its bytes and all of them as code points; they are counted only when that does not decide.
        int most = text.Length;
        int least = (most + 3) / 4;
        return upper
            ? most <= limit || (least <= limit && Utf8Text.CountCodePoints(text) <= limit)
            : least >= limit || (most >= limit && Utf8Text.CountCodePoints(text) >= limit);
    }
}

internal sealed class PatternKeyword(Pattern pattern) : TextKeyword("pattern")
{
    internal override string Message => $"must match the pattern {pattern.Source}";

    internal override bool EvaluateText(ReadOnlySpan<byte> text, Evaluation evaluation) => pattern.IsMatch(text, evaluation);
}

internal sealed class FormatKeyword(string format, FormatCheck check) : TextKeyword("format")
{
    internal override string Message => $"must be in the format '{format}'.";

    internal override bool EvaluateText(ReadOnlySpan<byte> text, Evaluation evaluation)
    {
        evaluation.ChargeText(text);
        using var wide = new Utf16Text(text, stackalloc char[Utf16Text.StackChars]);
        return check(wide.Span);
    }
}
