using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Training.Families;

/// <summary>Holds what is known of the training requests besides the results to be learned: their group, and what other models did.</summary>
/// <remarks>None of it is known of a request to come; all of it tells more of a training request than one noisy result does.</remarks>
/// <param name="Values">One column for each hint: 1 for members of a group, a model's result less its mean, or the square of how easy the request was.</param>
/// <param name="Penalties">How strongly the weight of each column is pulled towards zero.</param>
/// <param name="Columns">For each target the columns that may tell of it: none that its own results went into.</param>
internal sealed record Hints(Matrix Values, double[] Penalties, ImmutableArray<ImmutableArray<int>> Columns)
{
    private const int MostGroups = 128;
    private const int MostModels = 64;

    // A group's mean counts for as much as this many requests of the mean of all: the mean of a few results is mostly noise.
    private const double GroupPenalty = 30;
    private const double ModelPenalty = 8;
    private const double SquarePenalty = 1;

    // Brings the square to the size of the other columns.
    private const float SquareScale = 0.3f;

    /// <summary>Reads the hints off requests.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="own">For each target the models whose results went into it.</param>
    /// <returns>The hints; null where there are none for some target.</returns>
    public static Hints? Read(IReadOnlyList<LabelledRequest> requests, ImmutableArray<ImmutableArray<string>> own)
    {
        string[] groups = Frequent(requests.Select(static request => request.Group).OfType<string>(), MostGroups);
        string[] models = Frequent(requests.SelectMany(static request => request.Scores.Keys.Where(model => IsKnown(request, model, out _))), MostModels);
        if (groups.Length < 2)
        {
            groups = []; // One group tells nothing.
        }

        ImmutableArray<int[]> others = [.. own.Select(names => Enumerable.Range(0, models.Length).Where(model => !names.Contains(models[model])).ToArray())];
        if (groups.Length == 0 && others.Any(static models => models.Length == 0))
        {
            return null;
        }

        int firstSquare = groups.Length + models.Length;
        var values = new Matrix(requests.Count, firstSquare + own.Length);
        Dictionary<string, int> columns = new(StringComparer.Ordinal);
        for (int group = 0; group < groups.Length; group++)
        {
            columns.Add(groups[group], group);
        }

        double[] means = [.. models.Select(model => requests.Where(request => IsKnown(request, model, out _)).Average(request => request.Scores[model]))];
        for (int row = 0; row < requests.Count; row++)
        {
            if (requests[row].Group is { } name && columns.TryGetValue(name, out int group))
            {
                values[row][group] = 1;
            }

            for (int model = 0; model < models.Length; model++)
            {
                values[row][groups.Length + model] = IsKnown(requests[row], models[model], out double score) ? (float)(score - means[model]) : 0;
            }
        }

        for (int target = 0; target < own.Length; target++)
        {
            SquareEase(values, groups.Length, others[target], firstSquare + target);
        }

        double[] penalties = [.. Enumerable.Repeat(GroupPenalty, groups.Length), .. Enumerable.Repeat(ModelPenalty, models.Length), .. Enumerable.Repeat(SquarePenalty, own.Length)];
        return new Hints(values, penalties, [.. others.Select((models, target) => ImmutableArray.CreateRange(
            [.. Enumerable.Range(0, groups.Length), .. models.Select(model => groups.Length + model), .. models.Length == 0 ? (int[])[] : [firstSquare + target]]))]);
    }

    // Two models differ neither on what all can do nor on what none can: that is no straight line of how easy a request is.
    private static void SquareEase(Matrix values, int firstModel, int[] models, int column)
    {
        double[] ease = new double[values.Rows];
        for (int row = 0; row < ease.Length && models.Length > 0; row++)
        {
            ease[row] = models.Average(model => values[row][firstModel + model]);
        }

        double variance = ease.Sum(static value => value * value) / ease.Length;
        for (int row = 0; row < ease.Length && variance > 1e-9; row++)
        {
            values[row][column] = SquareScale * (float)((ease[row] * ease[row] / variance) - 1);
        }
    }

    // Whoever does not read requests from a file may give anything; one result that is no number would spoil all sums.
    private static bool IsKnown(LabelledRequest request, string model, out double score) => request.Scores.TryGetValue(model, out score) && score is >= 0 and <= 1;

    // What occurs once tells nothing of other requests.
    private static string[] Frequent(IEnumerable<string> names, int most) =>
    [
        .. names.GroupBy(static name => name, StringComparer.Ordinal).Where(static group => group.Count() > 1)
            .OrderByDescending(static group => group.Count()).ThenBy(static group => group.Key, StringComparer.Ordinal).Take(most).Select(static group => group.Key),
    ];
}
