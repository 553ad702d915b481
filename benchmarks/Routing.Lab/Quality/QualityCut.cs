using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Lab.Quality;

/// <summary>Holds the rows to train on and the rows to test on, which have nothing in common.</summary>
internal sealed record QualityCut(IReadOnlyList<LabelledRequest> Train, IReadOnlyList<LabelledRequest> Test)
{
    /// <summary>Makes the cuts that the command line asks for: one for each fold, or one for each draw.</summary>
    public static List<QualityCut> Create(QualityArguments arguments, ImmutableArray<LabelledRequest> train, ImmutableArray<LabelledRequest> test, Func<LabelledRequest, bool> isUsable)
    {
        List<QualityCut> cuts = Cut(arguments, train, test, isUsable);
        return arguments.Without.Length == 0 ? cuts : cuts.ConvertAll(cut => cut with { Test = [.. cut.Test.Where(row => !arguments.Without.Contains(row.Group))] });
    }

    private static List<QualityCut> Cut(QualityArguments arguments, ImmutableArray<LabelledRequest> train, ImmutableArray<LabelledRequest> test, Func<LabelledRequest, bool> isUsable)
    {
        if (arguments.SameFile && arguments.Folds is { } folds)
        {
            int[] fold = arguments.ByGroup ? FoldAssignment.CreateByGroup(train, folds, arguments.Seed) : FoldAssignment.Create(train, folds, arguments.Seed);
            return [.. Enumerable.Range(0, folds).Select(part => Clean(
                train.Where((_, i) => fold[i] != part),
                [.. train.Where((row, i) => fold[i] == part && isUsable(row))]))];
        }

        List<QualityCut> cuts = [];
        for (int draw = 0; draw < arguments.Draws; draw++)
        {
            // Each draw has its own seed, so that the third draw is the same whether three or five are asked for.
            LabelledRequest[] shuffled = [.. train];
            new Random(arguments.Seed + draw).Shuffle(shuffled);
            if (!arguments.SameFile)
            {
                cuts.Add(Clean(arguments.TrainSize is { } size ? Clean(shuffled, test, quiet: true).Train.Take(size) : train, [.. test.Where(isUsable)]));
                continue;
            }

            LabelledRequest[] usable = [.. shuffled.Where(isUsable)];
            int count = arguments.TrainSize ?? usable.Length / 2;
            if (count >= usable.Length)
            {
                throw new FormatException($"--train-size is {count}, but the file has {usable.Length} usable rows; leave some to test on.");
            }

            cuts.Add(Clean(usable.Take(count), usable[count..]));
        }

        return cuts;
    }

    private static QualityCut Clean(IEnumerable<LabelledRequest> train, IReadOnlyList<LabelledRequest> test, bool quiet = false)
    {
        HashSet<string> ids = new(test.Select(static row => row.Id), StringComparer.Ordinal);
        HashSet<string> texts = new(test.Select(static row => row.Text).OfType<string>(), StringComparer.Ordinal);
        LabelledRequest[] all = [.. train];
        LabelledRequest[] kept = [.. all.Where(row => !ids.Contains(row.Id) && (row.Text is null || !texts.Contains(row.Text)))];
        if (kept.Length < all.Length && !quiet)
        {
            Console.Error.WriteLine($"{all.Length - kept.Length} training rows were dropped because a test row has the same id or the same text.");
        }

        return new(kept, test);
    }
}
