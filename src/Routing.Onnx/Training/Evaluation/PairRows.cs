using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Training.Evaluation;

/// <summary>Holds the labelled requests that a pair of models both answered.</summary>
/// <remarks>Immutable, safe for concurrent use.</remarks>
public sealed class PairRows
{
    private const int MostNames = 60;

    private PairRows(ImmutableArray<LabelledRequest> requests, PairOutcomes outcomes)
    {
        Requests = requests;
        Outcomes = outcomes;
        Lengths = [.. requests.Select(static request => request.Text?.Length ?? 0)];
    }

    /// <summary>Gets the requests.</summary>
    public ImmutableArray<LabelledRequest> Requests { get; }

    /// <summary>Gets what the two models did with them, in the same order.</summary>
    public PairOutcomes Outcomes { get; }

    /// <summary>Gets the requests' lengths in characters; 0 where only features were captured.</summary>
    public ImmutableArray<int> Lengths { get; }

    /// <summary>Takes the requests that have a score of both models.</summary>
    /// <param name="requests">Requests; those that lack one of the two are left out.</param>
    /// <param name="strong">The strong model, as the data spells it.</param>
    /// <param name="weak">The weak model, as the data spells it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="requests"/> is null.</exception>
    /// <exception cref="LabelledDataException">No request has both; the message names the models that there are.</exception>
    public static PairRows Create(IReadOnlyList<LabelledRequest> requests, string strong, string weak)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ImmutableArray<LabelledRequest> both = [.. requests.Where(request => request.Scores.ContainsKey(strong) && request.Scores.ContainsKey(weak))];
        if (both.IsEmpty)
        {
            throw new LabelledDataException(Missing(requests, strong, weak));
        }

        return new(both, new(
            [.. both.Select(request => request.Scores[strong])],
            [.. both.Select(request => request.Scores[weak])],
            [.. both.Select(request => Cost(request, strong))],
            [.. both.Select(request => Cost(request, weak))]));
    }

    /// <summary>Names the models that requests have scores of, the most frequent first.</summary>
    /// <param name="requests">The requests.</param>
    /// <exception cref="ArgumentNullException"><paramref name="requests"/> is null.</exception>
    public static ImmutableArray<string> ModelsOf(IReadOnlyList<LabelledRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        Dictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (string model in requests.SelectMany(static request => request.Scores.Keys))
        {
            counts[model] = counts.GetValueOrDefault(model) + 1;
        }

        return [.. counts.OrderByDescending(static pair => pair.Value).ThenBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => pair.Key)];
    }

    /// <summary>Takes some of the rows, in the order given.</summary>
    /// <param name="rows">Indices from 0.</param>
    public PairRows Subset(ReadOnlySpan<int> rows)
    {
        ImmutableArray<LabelledRequest>.Builder requests = ImmutableArray.CreateBuilder<LabelledRequest>(rows.Length);
        foreach (int row in rows)
        {
            requests.Add(Requests[row]);
        }

        return new(requests.MoveToImmutable(), Outcomes.Subset(rows));
    }

    private static double Cost(LabelledRequest request, string model) => request.Costs.GetValueOrDefault(model) ?? double.NaN;

    private static string Missing(IReadOnlyList<LabelledRequest> requests, string strong, string weak)
    {
        ImmutableArray<string> models = ModelsOf(requests);
        if (models.IsEmpty)
        {
            return $"None of the {requests.Count} requests has a model's score; a router for two models needs \"scores\" of both on each row.";
        }

        string[] unknown = [.. new[] { strong, weak }.Where(model => !models.Contains(model, StringComparer.Ordinal))];
        string names = string.Join(", ", models.Take(MostNames).Select(static model => $"'{model}'")) + (models.Length > MostNames ? ", ..." : "");
        return unknown.Length > 0
            ? $"No request has a score of {string.Join(" or ", unknown.Select(static model => $"'{model}'"))}. The data holds: {names}."
            : $"No request has scores of both '{strong}' and '{weak}'; each occurs, but never together.";
    }
}
