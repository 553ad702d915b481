using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Lab.Quality;

/// <summary>Makes labelled prompts for the default model out of the shared data, balanced by maker.</summary>
/// <remarks>
/// A set of prompts of one label teaches its maker's style. So no maker's label has more than a cap of rows, and sets whose prompts have both labels join:
/// benchmark questions, simple where (nearly) every model answers, complex where most fail.
/// </remarks>
internal static class DefaultModelData
{
    public static readonly string[] Makers = ["arena_hard", "banking77", "clinc150", "tau2", "llmrouter9", "mmlu_pro", "zeroeval"];

    /// <summary>Reads all makers' prompts.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <returns>Each with its maker as group and its label.</returns>
    public static List<LabelledRequest> Read(string folder)
    {
        List<LabelledRequest> rows = [];
        foreach (string maker in new[] { "arena_hard", "banking77", "clinc150", "tau2" })
        {
            rows.AddRange(ReadFile(folder, $"prompts_{maker}").Select(row => row with { Group = maker }));
        }

        rows.AddRange(ByFailures(ReadFile(folder, "llmrouter9"), "llmrouter9", 0.12, 0.75));
        rows.AddRange(ByFailures(ReadFile(folder, "mmlu_pro"), "mmlu_pro", 0.12, 0.75));
        rows.AddRange(ByFailures(ReadFile(folder, "zeroeval_math_l5"), "zeroeval", 0.12, 0.5));
        rows.AddRange(ByFailures(ReadFile(folder, "zeroeval_crux"), "zeroeval", 0.05, 0.75));
        return rows;
    }

    /// <summary>Takes at most a number of rows of each maker and label, at random.</summary>
    public static List<LabelledRequest> Balance(IEnumerable<LabelledRequest> rows, int most, int seed)
    {
        List<LabelledRequest> balanced = [];
        foreach (IGrouping<(string?, string?), LabelledRequest> group in rows.GroupBy(static row => (row.Group, row.Label)))
        {
            LabelledRequest[] all = [.. group];
            new Random(seed).Shuffle(all);
            balanced.AddRange(all.Take(most));
        }

        return balanced;
    }

    private static IEnumerable<LabelledRequest> ByFailures(IEnumerable<LabelledRequest> rows, string maker, double simpleUpTo, double complexFrom)
    {
        foreach (LabelledRequest row in rows.Where(static row => row.Scores.Count > 0))
        {
            double failed = 1 - row.Scores.Values.Average();
            string? label = failed <= simpleUpTo ? "simple" : failed >= complexFrom ? "complex" : null;
            if (label is not null)
            {
                yield return row with { Text = WithoutChoices(row.Text ?? ""), Label = label, Group = maker, Scores = System.Collections.Frozen.FrozenDictionary<string, double>.Empty };
            }
        }
    }

    // Users do not send lists of choices; a question without them looks like one of theirs.
    private static string WithoutChoices(string text)
    {
        int choices = text.IndexOf("\nA. ", StringComparison.Ordinal);
        return choices < 0 ? text : text[..choices];
    }

    private static IEnumerable<LabelledRequest> ReadFile(string folder, string name) =>
        QualityCommand.Read([Path.Combine(folder, name + ".jsonl")]).Where(static row => !string.IsNullOrWhiteSpace(row.Text));
}
