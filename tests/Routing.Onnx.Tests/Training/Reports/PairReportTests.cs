using System.Xml.Linq;
using LlmRouting.Onnx.Tests.Training.Evaluation;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Evaluation;
using LlmRouting.Onnx.Training.Reports;

namespace LlmRouting.Onnx.Tests.Training.Reports;

public sealed class PairReportTests
{
    private const string Namespace = "{http://www.w3.org/2000/svg}";

    [Test]
    public void Pictures_AreWellFormed_KeepWithinTheirFrame_AndNameEverySeries()
    {
        PairReport report = Report();
        foreach (string picture in new[] { report.QualityChart(), report.CostChart()!, report.ReliabilityChart()! })
        {
            XElement svg = XElement.Parse(picture);
            double width = (double)svg.Attribute("width")!;
            double height = (double)svg.Attribute("height")!;
            double[][] points = [.. svg.Elements(Namespace + "polyline").SelectMany(static line => ((string)line.Attribute("points")!).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(static point => point.Split(',').Select(double.Parse).ToArray())];

            Assert.That(points, Is.Not.Empty);
            Assert.That(points.All(point => point[0] >= 72 && point[0] <= width - 24 && point[1] >= 44 && point[1] <= height - 120), Is.True);
            Assert.That(svg.Elements(Namespace + "text").Count(static text => ((string?)text.Attribute("transform"))?.Contains("rotate", StringComparison.Ordinal) == true), Is.EqualTo(1), "the vertical axis is labelled");
        }

        Assert.That(report.QualityChart(), Does.Contain(">router<").And.Contain(">oracle<").And.Contain("(%)"));
    }

    [Test]
    public void CurveAndTicks_StandWhereTheirNumbersSay()
    {
        XElement svg = XElement.Parse(new LineChart("t", "x (s)", "y (m)", [new("line", [(0, 0), (5, 10), (10, 20)])]).ToSvg());

        string[] points = ((string)svg.Element(Namespace + "polyline")!.Attribute("points")!).Split(' ', StringSplitOptions.RemoveEmptyEntries);

        Assert.That(points, Is.EqualTo(new[] { "72,320", "404,182", "736,44" }));
        Assert.That(svg.Elements(Namespace + "text").Select(static text => text.Value), Does.Contain("10").And.Contain("20").And.Contain("x (s)"));
    }

    [Test]
    public void Names_AreEscapedInEveryForm()
    {
        (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(1), 50);
        var report = new PairReport("<script>|a", "b&c", outcomes, [new("r<1>|x", [.. scores])]);

        Assert.That(report.ToHtml(), Does.Not.Contain("<script>").And.Contain("&lt;script&gt;").And.Contain("b&amp;c"));
        Assert.That(report.ToMarkdown(), Does.Contain("r<1>\\|x"));
        Assert.That(() => XElement.Parse(report.QualityChart()), Throws.Nothing);
    }

    [Test]
    public void Reports_SayTheSameEachTime_AndReferToNothingOutside()
    {
        string page = Report().ToHtml();

        Assert.That(Report().ToHtml(), Is.EqualTo(page));
        Assert.That(page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), Does.Not.Contain("http").And.Not.Contain("<script"));
        Assert.That(page, Does.Contain("Promise, on 400 calibration rows").And.Contain("Brier"));
    }

    [Test]
    public void Markdown_HoldsTheFiguresOfTheEvaluation()
    {
        PairOutcomes outcomes = Pairs.Four();
        var report = new PairReport("s", "w", outcomes, [new("perfect", [4, 3, 2, 1]), new("random", [0, 0, 0, 0])]);

        Assert.That(report.ToMarkdown(), Does.Contain("| perfect | 0.750 | 25.0% | 40.0% | 45.0% |").And.Contain("| random | 0.500 | 50.0% | 80.0% | 0.0% |"));
    }

    [Test]
    public void WithoutCosts_NoCostIsDrawn()
    {
        double[] unknown = [double.NaN, double.NaN];
        var report = new PairReport("s", "w", new PairOutcomes([1, 1], [0, 1], unknown, unknown), [new("router", [2, 1])]);

        Assert.That(report.CostChart(), Is.Null);
        Assert.That(report.ToMarkdown(), Does.Not.Contain("cost.svg").And.Contain("| - |"));
    }

    [Test]
    public void LongNames_AreCutInTheLegend()
    {
        string svg = new LineChart("t", "x", "y", [new(new string('n', 60), [(0, 0), (1, 1)])]).ToSvg();

        Assert.That(svg, Does.Contain(">" + new string('n', 26) + "&#8230;<").Or.Contain(">" + new string('n', 26) + "\u2026<"));
    }

    [Test]
    public void ChartWithoutAnyPoint_IsRefused() =>
        Assert.That(() => new LineChart("empty", "x", "y", [new("line", [(double.NaN, 1)])]), Throws.ArgumentException.With.Message.Contains("'empty'"));

    private static PairReport Report()
    {
        (double[] scores, PairOutcomes outcomes) = Pairs.Draw(new Random(1), 400);
        return new("strong", "weak", outcomes, [new("router", [.. scores]), new("oracle", [.. Baselines.Oracle(outcomes)])])
        {
            Promise = PromiseCalibrator.Choose(scores, outcomes, new() { MaxLossPercent = 3 }),
            Calibration = CalibrationError.Measure(scores, outcomes.StrongQuality.AsSpan()),
        };
    }
}
