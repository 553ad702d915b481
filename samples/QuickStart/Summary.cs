using System.Collections.Immutable;
using System.Globalization;
using LlmRouting.Models;
using LlmRouting.QuickStart.Simulators;

namespace LlmRouting.QuickStart;

/// <summary>Computes what the report ends with.</summary>
internal sealed class Summary(ImmutableArray<RequestRecord> records, ModelSnapshot models, TimeSpan elapsed, TimeSpan? warmDecision)
{
    private readonly ImmutableArray<RoutingOutcome> _outcomes = [.. records.Select(static record => record.Outcome).OfType<RoutingOutcome>()];

    /// <summary>Gives the rows of the table: one for each model, and the sum.</summary>
    public IEnumerable<string[]> Rows()
    {
        foreach (RoutableModel model in models.Models.OrderBy(static model => model.Profile.Quality))
        {
            yield return Row(model.Id, [.. _outcomes.Where(outcome => outcome.ModelId == model.Id)]);
        }

        yield return Row("all", [.. _outcomes.Where(static outcome => outcome.ModelId is not null)]);
    }

    public IEnumerable<string> Lines(int items, bool isSimulated)
    {
        RoutingAttempt[] attempts = [.. _outcomes.SelectMany(static outcome => outcome.Attempts)];
        int answered = records.Count(static record => record.Error is null);
        int standIns = _outcomes.Count(IsStandIn);
        int failed = attempts.Count(IsFailed);
        int skipped = attempts.Count(static attempt => attempt.Result == AttemptResult.Skipped);
        yield return Invariant($"Answered     {answered} of {records.Length} calls in {elapsed.TotalSeconds:0.0} s; {items} requests, of which conversations and tools take several calls");
        yield return Invariant($"Failovers    {_outcomes.Count(IsFailover)}: {_outcomes.Count(IsFailover) - standIns} to another endpoint, {standIns} to another model");
        yield return Invariant($"Attempts     {attempts.Length - skipped}, of which {failed} failed{Kinds(attempts)}; {skipped} endpoints were passed over");
        if (Percentiles(_outcomes.Select(static outcome => outcome.Answer?.TimeToFirstToken).OfType<TimeSpan>()) is { } first)
        {
            yield return Invariant($"Streaming    first token after {first.Median.TotalMilliseconds:0} ms (P50), {first.High.TotalMilliseconds:0} ms (P95), over {first.Count} streams");
        }

        yield return Invariant($"Deciding     {Microseconds(_outcomes)} us (P50) during this run, warming up included: {BySource()}");
        if (warmDecision is { } warm)
        {
            yield return Invariant($"             {warm.TotalMicroseconds:0.0} us (P50) when the same requests are decided again in a dry run, which calls no model");
        }

        foreach (string line in CostLines(isSimulated))
        {
            yield return line;
        }
    }

    private IEnumerable<string> CostLines(bool isSimulated)
    {
        RoutableModel frontier = models.Models.MaxBy(static model => model.Profile.Quality)!; // not null: a router has a model
        decimal spent = _outcomes.Sum(static outcome => outcome.CostUsd);
        decimal? alone = 0;
        foreach (RoutingOutcome outcome in _outcomes)
        {
            alone += outcome.Answer is { } answer ? frontier.Profile.EstimateCostUsd(answer.InputTokens ?? 0, answer.OutputTokens ?? 0) : 0;
        }

        string saved = alone is > 0
            ? Invariant($" routed, ${alone:0.000000} for the same tokens at the prices of '{frontier.Id}' alone: {1 - (spent / alone.Value):0%} saved")
            : "";
        yield return Invariant($"Cost         ${spent:0.000000}{saved}");
        if (_outcomes.Any(static outcome => outcome.Certainty == CostCertainty.Unknown))
        {
            yield return "             Some prices are not configured; the sums leave them out.";
        }

        if (isSimulated)
        {
            int unsure = records.Count(static record => record.Text.Contains(SimulatedModel.Unsure, StringComparison.Ordinal));
            yield return Invariant($"Quality      {unsure} answers say that they are not sure; the strengths in simulators.json make them");
            yield return "Note         Models, prices, answers and times are SIMULATED: the sums show how routing works, not what it saves you.";
            yield return "             Put your own models into appsettings.Local.json to find out.";
        }
        else
        {
            yield return "Note         Prices are those of the configuration; check them. The frontier model alone might write more, or fewer, tokens.";
        }
    }

    private string[] Row(string name, ImmutableArray<RoutingOutcome> outcomes)
    {
        (int Count, TimeSpan Median, TimeSpan High)? latency = Percentiles(outcomes.Select(static outcome => outcome.Elapsed));
        return
        [
            name,
            Invariant($"{outcomes.Length / (double)Math.Max(1, _outcomes.Length):0%}"),
            Invariant($"{outcomes.Length}"),
            Invariant($"{outcomes.Sum(static outcome => outcome.Answer?.InputTokens ?? 0)}"),
            Invariant($"{outcomes.Sum(static outcome => outcome.Answer?.OutputTokens ?? 0)}"),
            Invariant($"${outcomes.Sum(static outcome => outcome.CostUsd):0.000000}"),
            latency is null ? "-" : Invariant($"{latency.Value.Median.TotalMilliseconds:0} ms"),
            latency is null ? "-" : Invariant($"{latency.Value.High.TotalMilliseconds:0} ms"),
        ];
    }

    private string BySource() => string.Join(", ", _outcomes
        .GroupBy(static outcome => outcome.Decision.DecidedBy)
        .OrderByDescending(static group => group.Count())
        .Select(static group => $"{group.Key} {Microseconds(group)} us ({group.Count()})"));

    private static string Microseconds(IEnumerable<RoutingOutcome> outcomes) =>
        Percentiles(outcomes.Select(static outcome => outcome.Decision.Elapsed)) is { } time ? Invariant($"{time.Median.TotalMicroseconds:0.0}") : "-";

    private static string Kinds(RoutingAttempt[] attempts)
    {
        string kinds = string.Join(", ", attempts
            .Where(IsFailed)
            .GroupBy(static attempt => $"{attempt.ModelId}/{attempt.Endpoint} {attempt.Failure}")
            .OrderByDescending(static group => group.Count())
            .Select(static group => $"{group.Key} {group.Count()}"));
        return kinds.Length == 0 ? "" : $": {kinds}";
    }

    // An endpoint that was passed over was not called, so nothing failed there.
    private static bool IsFailed(RoutingAttempt attempt) => attempt.Result is not (AttemptResult.Succeeded or AttemptResult.Skipped);

    private static bool IsFailover(RoutingOutcome outcome) => outcome.Answer is not null && outcome.Attempts.Any(attempt => attempt != outcome.Answer && IsFailed(attempt));

    private static bool IsStandIn(RoutingOutcome outcome) => IsFailover(outcome) && outcome.ModelId != outcome.Decision.ModelId;

    // Nearest rank.
    private static (int Count, TimeSpan Median, TimeSpan High)? Percentiles(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return sorted.Length == 0 ? null : (sorted.Length, At(0.5), At(0.95));

        TimeSpan At(double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
