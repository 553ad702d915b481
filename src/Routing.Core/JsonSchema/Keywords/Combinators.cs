using System.Globalization;
using System.Text.Json;

namespace LlmRouting.JsonSchema;

internal abstract class CombinatorKeyword(string name, SchemaNode[] branches) : Keyword(name, Anything)
{
    protected SchemaNode[] Branches { get; } = branches;

    protected string[] Paths { get; } =
        [.. branches.Select((_, index) => string.Create(CultureInfo.InvariantCulture, $"/{name}/{index}"))];
}

internal sealed class AllOfKeyword(SchemaNode[] branches) : CombinatorKeyword("allOf", branches)
{
    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        bool valid = true;
        for (int i = 0; i < Branches.Length; i++)
        {
            if (!evaluation.InPlace(Branches[i], instance, track, Paths[i]))
            {
                valid = false;
                if (!evaluation.Tracing)
                {
                    return false;
                }
            }
        }

        return valid;
    }
}

internal sealed class AnyOfKeyword(SchemaNode[] branches) : CombinatorKeyword("anyOf", branches)
{
    internal override string Message => $"must fit at least one of the {Branches.Length} alternatives of anyOf.";

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        // Once one fits, the others matter only for what they evaluate or annotate.
        bool all = track != Evaluation.Untracked || evaluation.Tracing;
        bool valid = false;
        (int, int, bool) mark = evaluation.Mark();
        for (int i = 0; i < Branches.Length; i++)
        {
            if (evaluation.InPlace(Branches[i], instance, track, Paths[i]))
            {
                valid = true;
                if (!all)
                {
                    return true;
                }
            }
        }

        if (valid)
        {
            evaluation.RewindErrors(mark);
        }

        return valid;
    }
}

internal sealed class OneOfKeyword(SchemaNode[] branches) : CombinatorKeyword("oneOf", branches)
{
    internal override string Message => $"must fit exactly one of the {Branches.Length} alternatives of oneOf.";

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        int fits = 0;
        (int, int, bool) mark = evaluation.Mark();
        for (int i = 0; i < Branches.Length; i++)
        {
            if (evaluation.InPlace(Branches[i], instance, track, Paths[i]) && ++fits > 1 && !evaluation.Tracing)
            {
                return false;
            }
        }

        if (fits > 0)
        {
            evaluation.RewindErrors(mark);
        }

        return fits == 1;
    }
}

internal sealed class NotKeyword(SchemaNode schema) : Keyword("not", Anything)
{
    internal override string Message => "must not fit the schema of not.";

    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        (int, int, bool) mark = evaluation.Mark();
        bool fits = evaluation.InPlace(schema, instance, Evaluation.Untracked, "/not");
        evaluation.Rewind(mark);
        return !fits;
    }
}

internal sealed class ConditionKeyword(SchemaNode condition, SchemaNode? then, SchemaNode? otherwise) : Keyword("if", Anything)
{
    internal override bool Evaluate(in JsonElement instance, Evaluation evaluation, int track)
    {
        (int, int, bool) mark = evaluation.Mark();
        if (evaluation.InPlace(condition, instance, track, "/if"))
        {
            return then is null || evaluation.InPlace(then, instance, track, "/then");
        }

        evaluation.RewindErrors(mark);
        return otherwise is null || evaluation.InPlace(otherwise, instance, track, "/else");
    }
}
