using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Lab.Quality;

/// <summary>Lets training requests that neither model of a pair answered stand in for ones that both did.</summary>
/// <remarks>
/// Of the models that answered the same requests, the best third plays the strong model and the worst third the weak one, each with its mean score: where
/// these differ, a strong model is worth its money. Costs are left out, since they are other models'.
/// </remarks>
internal static class StandIns
{
    // With one request a model's mean says nothing of the model.
    private const int FewRequests = 20;

    /// <summary>Gives each request that several models answered the scores of a pair.</summary>
    public static ImmutableArray<LabelledRequest> For(ImmutableArray<LabelledRequest> rows, string strong, string weak) =>
        [.. rows.GroupBy(static row => string.Join('\n', row.Scores.Keys.Order(StringComparer.Ordinal)), StringComparer.Ordinal)
            .Where(static group => group.First().Scores.Count >= 2 && group.Count() >= FewRequests)
            .SelectMany(group => Play(group, strong, weak))];

    private static IEnumerable<LabelledRequest> Play(IEnumerable<LabelledRequest> group, string strong, string weak)
    {
        LabelledRequest[] rows = [.. group];
        string[] models = [.. rows[0].Scores.Keys.OrderByDescending(model => rows.Average(row => row.Scores[model])).ThenBy(static model => model, StringComparer.Ordinal)];
        int third = Math.Max(1, models.Length / 3);
        string[] best = models[..third];
        string[] worst = models[^third..];
        return rows.Select(row => row with
        {
            Scores = new Dictionary<string, double>(row.Scores, StringComparer.Ordinal)
            {
                [strong] = best.Average(model => row.Scores[model]),
                [weak] = worst.Average(model => row.Scores[model]),
            }.ToFrozenDictionary(StringComparer.Ordinal),
            Costs = FrozenDictionary<string, double?>.Empty,
        });
    }
}
