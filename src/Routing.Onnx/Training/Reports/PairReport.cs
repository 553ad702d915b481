using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Training.Reports;

/// <summary>Writes what a router for two models was found to do, next to the routers that learn nothing, as Markdown and as one HTML page with pictures.</summary>
/// <remarks>
/// The page needs nothing from outside and runs no script. Neither form holds any text of a request. The same content gives the same bytes: there is no date in it.
/// </remarks>
public sealed class PairReport
{
    private readonly PairOutcomes _outcomes;
    private readonly ImmutableArray<(string Name, CostQualityCurve Curve, PairMetrics Metrics)> _routers;
    private readonly PairEvaluation _evaluation;

    /// <summary>Evaluates routers on requests that their training did not see.</summary>
    /// <param name="strong">The strong model's name.</param>
    /// <param name="weak">The weak model's name.</param>
    /// <param name="outcomes">What the two models did.</param>
    /// <param name="routers">The routers; the first is the one the report is about, the others are for comparison.</param>
    /// <exception cref="ArgumentNullException"><paramref name="outcomes"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no router, or a router has not one score for each request.</exception>
    public PairReport(string strong, string weak, PairOutcomes outcomes, ImmutableArray<RouterScores> routers)
    {
        ArgumentNullException.ThrowIfNull(outcomes);
        if (routers.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A report needs at least one router.", nameof(routers));
        }

        Strong = strong;
        Weak = weak;
        _outcomes = outcomes;
        _routers = [.. routers.Select(router => Measure(router, outcomes))];
        _evaluation = PairEvaluation.Create(routers[0].Scores.AsSpan(), outcomes);
    }

    /// <summary>Gets the strong model's name.</summary>
    public string Strong { get; }

    /// <summary>Gets the weak model's name.</summary>
    public string Weak { get; }

    /// <summary>Gets how well the predicted chances that the weak model serves as well as the strong one are calibrated.</summary>
    /// <value>Null, the default, leaves the section out.</value>
    public CalibrationError? Calibration { get; init; }

    /// <summary>Gets the threshold that keeps a promise.</summary>
    /// <value>Null, the default, leaves the section out.</value>
    public PromisedThreshold? Promise { get; init; }

    /// <summary>Gets what else the reader must know, in sentences: where the rows come from, what was left out.</summary>
    /// <value>Default none.</value>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Draws quality against the share of calls to the strong model.</summary>
    /// <returns>An SVG picture.</returns>
    public string QualityChart() => new LineChart(
        "Quality by share of calls to the strong model", "calls to the strong model (%)", "mean quality (%)",
        [.. _routers.Select(static router => new ChartSeries(router.Name, [.. router.Curve.Points.Select(static point => (100 * point.StrongShare, 100 * point.Quality))]))]).ToSvg();

    /// <summary>Draws quality against cost.</summary>
    /// <returns>An SVG picture, or null when the costs are not known.</returns>
    public string? CostChart() => !_outcomes.HasCosts ? null : new LineChart(
        "Quality by cost", "mean cost of 1,000 requests (USD)", "mean quality (%)",
        [.. _routers.Select(static router => new ChartSeries(router.Name, [.. router.Curve.Points.Select(static point => (1000 * point.CostUsd, 100 * point.Quality))])),
         new ChartSeries(Strong + " alone", [(1000 * _outcomes.MeanStrongCostUsd, 100 * _outcomes.MeanStrongQuality)]) { MarksOnly = true }]).ToSvg();

    /// <summary>Draws predicted against observed chances.</summary>
    /// <returns>An SVG picture, or null without <see cref="Calibration"/>.</returns>
    public string? ReliabilityChart() => Calibration is null ? null : new LineChart(
        "Reliability: what was predicted, and what came of it", "predicted chance that the weak model suffices (%)", "observed (%)",
        [new("router", [.. Calibration.Bins.Select(static bin => (100 * bin.Predicted, 100 * bin.Observed))]) { MarksOnly = true },
         new("perfect", [(0, 0), (100, 100)])]).ToSvg();

    /// <summary>Writes the report as Markdown.</summary>
    /// <param name="pictures">Where pictures are found: a prefix for <c>quality.svg</c>, <c>cost.svg</c> and <c>reliability.svg</c>; empty for the report's own folder.</param>
    public string ToMarkdown(string pictures = "")
    {
        var text = new StringBuilder();
        text.Append("# Routing between ").Append(Cell(Strong)).Append(" and ").Append(Cell(Weak)).Append("\n\n");
        foreach (string line in Facts())
        {
            text.Append("- ").Append(line).Append('\n');
        }

        text.Append("\n| ").AppendJoin(" | ", Columns).Append(" |\n|---|").Append(string.Concat(Enumerable.Repeat("---:|", Columns.Length - 1))).Append('\n');
        foreach (string[] row in Rows())
        {
            text.Append("| ").AppendJoin(" | ", row.Select(Cell)).Append(" |\n");
        }

        text.Append('\n').Append(Legend).Append("\n\n![Quality by share of calls to the strong model](").Append(pictures).Append("quality.svg)\n");
        if (_outcomes.HasCosts)
        {
            text.Append("\n![Quality by cost](").Append(pictures).Append("cost.svg)\n");
        }

        if (Calibration is not null)
        {
            text.Append("\n![Reliability](").Append(pictures).Append("reliability.svg)\n");
        }

        return text.ToString();
    }

    /// <summary>Writes the report as one HTML page.</summary>
    public string ToHtml()
    {
        var page = new StringBuilder();
        string title = WebUtility.HtmlEncode($"Routing between {Strong} and {Weak}");
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>").Append(title).Append("</title>\n<style>\n")
            .Append("body{font-family:Helvetica,Arial,sans-serif;color:#222;max-width:800px;margin:2em auto;padding:0 1em;line-height:1.45}\n")
            .Append("table{border-collapse:collapse;font-variant-numeric:tabular-nums}\nth,td{padding:.3em .7em;border-bottom:1px solid #ccc;text-align:right}\nth:first-child,td:first-child{text-align:left}\nsvg{max-width:100%;height:auto;margin-top:1.5em}\n")
            .Append("</style>\n</head>\n<body>\n<h1>").Append(title).Append("</h1>\n<ul>\n");
        foreach (string line in Facts())
        {
            page.Append("<li>").Append(WebUtility.HtmlEncode(line)).Append("</li>\n");
        }

        page.Append("</ul>\n<table>\n<tr>");
        foreach (string column in Columns)
        {
            page.Append("<th>").Append(WebUtility.HtmlEncode(column)).Append("</th>");
        }

        page.Append("</tr>\n");
        foreach (string[] row in Rows())
        {
            page.Append("<tr>").AppendJoin("", row.Select(static cell => $"<td>{WebUtility.HtmlEncode(cell)}</td>")).Append("</tr>\n");
        }

        page.Append("</table>\n<p>").Append(WebUtility.HtmlEncode(Legend)).Append("</p>\n").Append(QualityChart()).Append(CostChart()).Append(ReliabilityChart());
        return page.Append("</body>\n</html>\n").ToString();
    }

    private static readonly string[] Columns = ["router", "APGR", "CPT 50%", "CPT 80%", "saved at 0%", "at 1%", "at 2%", "at 5% loss"];

    private const string Legend =
        "APGR: average performance gap recovered, 0.5 for a router that draws lots. CPT: calls to the strong model that recover 50% or 80% of the gap in quality; lower is better. "
        + "Saved: percent of the strong model's cost, with the threshold that is best for these very requests, so an upper limit; what may be counted on is the promise. The oracle knows the answers: no router can be better.";

    private static (string Name, CostQualityCurve Curve, PairMetrics Metrics) Measure(RouterScores router, PairOutcomes outcomes)
    {
        CostQualityCurve curve = CostQualityCurve.Create(router.Scores.AsSpan(), outcomes);
        return (router.Name, curve, PairMetrics.From(curve));
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ').Replace('\r', ' ');

    private static string Percent(double value) => double.IsNaN(value) ? "-" : value.ToString("0.0", CultureInfo.InvariantCulture) + "%";

    private static string Ratio(double value) => double.IsNaN(value) ? "-" : value.ToString("0.000", CultureInfo.InvariantCulture);

    private IEnumerable<string> Facts()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"{_outcomes.Count} requests that training did not see; {Strong} answers {Percent(100 * _outcomes.MeanStrongQuality)} of them well, {Weak} {Percent(100 * _outcomes.MeanWeakQuality)}.");
        if (_outcomes.HasCosts)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"Mean cost of 1,000 requests: {1000 * _outcomes.MeanStrongCostUsd:0.####} USD and {1000 * _outcomes.MeanWeakCostUsd:0.####} USD.");
        }

        yield return string.Create(CultureInfo.InvariantCulture, $"APGR of {_routers[0].Name}: {Ratio(_evaluation.Apgr.Value)} (95% interval {Ratio(_evaluation.Apgr.Low)} to {Ratio(_evaluation.Apgr.High)}); saved at 2% loss: {Percent(_evaluation.SavedAt2.Value)} ({Percent(_evaluation.SavedAt2.Low)} to {Percent(_evaluation.SavedAt2.High)}).");
        if (Promise is not null)
        {
            yield return $"Promise, on {Promise.Rows.ToString(CultureInfo.InvariantCulture)} calibration rows: {Promise.Note}";
        }

        if (Calibration is not null)
        {
            yield return $"Calibration of the chance that {Weak} serves as well: expected error {Ratio(Calibration.ExpectedError)}, Brier score {Ratio(Calibration.Brier)}.";
        }

        foreach (string note in Notes)
        {
            yield return note;
        }
    }

    private IEnumerable<string[]> Rows() => _routers.Select(static router => (string[])
    [
        router.Name, Ratio(router.Metrics.Apgr), Percent(router.Metrics.Cpt50), Percent(router.Metrics.Cpt80),
        Percent(router.Metrics.SavedAt0), Percent(router.Metrics.SavedAt1), Percent(router.Metrics.SavedAt2), Percent(router.Metrics.SavedAt5),
    ]);
}
