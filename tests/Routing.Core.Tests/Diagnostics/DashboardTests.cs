using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using LlmRouting.Core.Tests.Shape;
using LlmRouting.Diagnostics;

namespace LlmRouting.Core.Tests.Diagnostics;

/// <summary>Shows that the dashboard and the alerts ask for metrics and tags that there are.</summary>
[Description("S19 S21")]
public sealed partial class DashboardTests
{
    // As the Prometheus exporter of OpenTelemetry writes them: dots as underscores, then the unit, then the kind.
    private static readonly string[] Suffixes = ["", "_total", "_ratio", "_seconds_bucket", "_USD", "_USD_total", "_USD_sum", "_USD_count", "_USD_bucket"];

    private static readonly HashSet<string> Known = [.. typeof(MetricNames)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(static field => ((string)field.GetRawConstantValue()!).Replace('.', '_'))
        .SelectMany(static name => Suffixes.Select(suffix => name + suffix))];

    [TestCase("docs/telemetry/grafana-dashboard.json")]
    [TestCase("docs/telemetry/alerts.yaml")]
    public void EveryNameThatIsAskedFor_Exists(string file)
    {
        string[] names = [.. Name().Matches(Repository.Read(file)).Select(static match => match.Value).Distinct()];

        Assert.That(names, Is.Not.Empty.And.SubsetOf(Known));
    }

    [Test]
    public void Dashboard_ShowsEveryMetric()
    {
        string dashboard = Repository.Read("docs/telemetry/grafana-dashboard.json");
        IEnumerable<string> metrics = typeof(MetricNames)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .TakeWhile(static field => field.Name != nameof(MetricNames.Model))
            .Select(static field => ((string)field.GetRawConstantValue()!).Replace('.', '_'));

        Assert.That(metrics.Where(metric => !dashboard.Contains(metric, StringComparison.Ordinal)), Is.Empty);
    }

    [Test]
    public void Dashboard_HasPanelsThatDoNotOverlap()
    {
        using JsonDocument document = JsonDocument.Parse(Repository.Read("docs/telemetry/grafana-dashboard.json"));

        IEnumerable<(int, int)> places = document.RootElement.GetProperty("panels").EnumerateArray()
            .Select(static panel => panel.GetProperty("gridPos"))
            .Select(static place => (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32()));

        Assert.That(places, Is.Unique.And.Not.Empty);
    }

    // The dashboard's own uid is written with a hyphen and so is no name.
    [GeneratedRegex("llm_routing_[A-Za-z_]+")]
    private static partial Regex Name();
}
