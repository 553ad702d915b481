using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;

namespace LlmRouting.Onnx.Training.Reports;

/// <summary>Draws lines and marks over two labelled axes as an SVG picture.</summary>
/// <remarks>
/// The colours are Okabe and Ito's, which people with any kind of colour vision tell apart; dashes tell the lines apart without colour. Text inherits
/// no style from a page, so the picture looks alike in a browser, in Markdown and alone. The same chart gives the same text.
/// </remarks>
public sealed class LineChart
{
    private const int Width = 760;
    private const int Height = 440;
    private const int Left = 72;
    private const int Right = 24;
    private const int Top = 44;
    private const int Bottom = 120;
    private const int LegendColumns = 3;
    private const int MostPoints = 400;
    private const int LongestName = 27;

    private static readonly string[] Colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"];
    private static readonly string[] Dashes = ["", "7 4", "2 3", "10 3 2 3", "4 2", "12 4", "1 4"];

    private readonly string _title;
    private readonly ChartAxis _x;
    private readonly ChartAxis _y;
    private readonly ImmutableArray<ChartSeries> _series;

    /// <summary>Plans a chart.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="xLabel">The horizontal axis, with its unit.</param>
    /// <param name="yLabel">The vertical axis, with its unit.</param>
    /// <param name="series">What is drawn; points that are not finite are left out.</param>
    /// <exception cref="ArgumentException">There is no finite point to draw.</exception>
    public LineChart(string title, string xLabel, string yLabel, ImmutableArray<ChartSeries> series)
    {
        _title = title;
        _series = [.. series.Select(Finite).Where(static line => !line.Points.IsEmpty)];
        if (_series.IsEmpty)
        {
            throw new ArgumentException($"The chart '{title}' has no finite point to draw.", nameof(series));
        }

        _x = ChartAxis.Over(xLabel, _series.SelectMany(static line => line.Points).Select(static point => point.X));
        _y = ChartAxis.Over(yLabel, _series.SelectMany(static line => line.Points).Select(static point => point.Y));
    }

    /// <summary>Draws the picture.</summary>
    /// <returns>An <c>svg</c> element that needs nothing from outside.</returns>
    public string ToSvg()
    {
        int rows = (_series.Length + LegendColumns - 1) / LegendColumns;
        int height = Height + Math.Max(0, rows - 3) * 20;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" role=\"img\" aria-label=\"{Escape(_title)}\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#222\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{Escape(_title)}</text>\n");
        DrawGrid(svg);
        for (int i = 0; i < _series.Length; i++)
        {
            DrawSeries(svg, i);
            DrawLegend(svg, i);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static ChartSeries Finite(ChartSeries line) =>
        line with { Points = [.. line.Points.Where(static point => double.IsFinite(point.X) && double.IsFinite(point.Y))] };

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private void DrawGrid(StringBuilder svg)
    {
        foreach (double tick in _x.Ticks)
        {
            string x = Number(PlaceX(tick));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x}\" y1=\"{Top}\" x2=\"{x}\" y2=\"{Height - Bottom}\" stroke=\"#e3e3e3\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{_x.Format(tick)}</text>\n");
        }

        foreach (double tick in _y.Ticks)
        {
            string y = Number(PlaceY(tick));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" y1=\"{y}\" x2=\"{Width - Right}\" y2=\"{y}\" stroke=\"#e3e3e3\"/>");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{y}\" dy=\"4\" text-anchor=\"end\">{_y.Format(tick)}</text>\n");
        }

        double middle = (Left + Width - Right) / 2.0;
        double centre = (Top + Height - Bottom) / 2.0;
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{Top}\" width=\"{Width - Left - Right}\" height=\"{Height - Top - Bottom}\" fill=\"none\" stroke=\"#888\"/>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Number(middle)}\" y=\"{Height - Bottom + 40}\" text-anchor=\"middle\">{Escape(_x.Label)}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(18 {Number(centre)}) rotate(-90)\" text-anchor=\"middle\">{Escape(_y.Label)}</text>\n");
    }

    private void DrawSeries(StringBuilder svg, int index)
    {
        ChartSeries line = _series[index];
        if (line.MarksOnly || line.Points.Length == 1)
        {
            foreach ((double x, double y) in line.Points)
            {
                svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{Number(PlaceX(x))}\" cy=\"{Number(PlaceY(y))}\" r=\"4.5\" fill=\"{Colour(index)}\" stroke=\"#fff\"/>\n");
            }

            return;
        }

        svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{Colour(index)}\" stroke-width=\"2\" stroke-dasharray=\"{Dashes[index % Dashes.Length]}\" points=\"");
        int step = Math.Max(1, line.Points.Length / MostPoints);
        for (int i = 0; i < line.Points.Length; i++)
        {
            if (i % step == 0 || i == line.Points.Length - 1)
            {
                svg.Append(CultureInfo.InvariantCulture, $"{Number(PlaceX(line.Points[i].X))},{Number(PlaceY(line.Points[i].Y))} ");
            }
        }

        svg.Append("\"/>\n");
    }

    private void DrawLegend(StringBuilder svg, int index)
    {
        int x = Left + index % LegendColumns * ((Width - Left - Right) / LegendColumns);
        int y = Height - Bottom + 66 + index / LegendColumns * 20;
        svg.Append(_series[index].MarksOnly || _series[index].Points.Length == 1
            ? string.Create(CultureInfo.InvariantCulture, $"<circle cx=\"{x + 14}\" cy=\"{y - 4}\" r=\"4.5\" fill=\"{Colour(index)}\"/>")
            : string.Create(CultureInfo.InvariantCulture, $"<line x1=\"{x}\" y1=\"{y - 4}\" x2=\"{x + 28}\" y2=\"{y - 4}\" stroke=\"{Colour(index)}\" stroke-width=\"2\" stroke-dasharray=\"{Dashes[index % Dashes.Length]}\"/>"));
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x + 36}\" y=\"{y}\">{Escape(Short(_series[index].Name))}</text>\n");
    }

    // What is longer would run into the next column.
    private static string Short(string name) => name.Length <= LongestName ? name : string.Concat(name.AsSpan(0, LongestName - 1), "\u2026");

    private static string Colour(int index) => Colours[index % Colours.Length];

    private double PlaceX(double value) => Left + (Width - Left - Right) * _x.Part(value);

    private double PlaceY(double value) => Height - Bottom - (Height - Top - Bottom) * _y.Part(value);
}
