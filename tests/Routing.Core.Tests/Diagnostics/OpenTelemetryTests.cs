using System.Diagnostics;
using LlmRouting.Diagnostics;
using LlmRouting.Testing;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using RoutingChatClient = LlmRouting.Pipeline.RoutingChatClient;

namespace LlmRouting.Core.Tests.Diagnostics;

/// <summary>Shows that OpenTelemetry's SDK gets what the router emits, with nothing but the names set.</summary>
[Description("S21")]
public sealed class OpenTelemetryTests
{
    [Test]
    public async Task Sdk_ExportsSpansAndMetrics([Values] bool streaming)
    {
        SpanExporter spans = new();
        MetricExporter metrics = new();
        using Activity root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C);
        root.ActivityTraceFlags = ActivityTraceFlags.Recorded;
        root.Start();
        using (TracerProvider tracing = Sdk.CreateTracerProviderBuilder().AddSource(RoutingDiagnostics.ActivitySourceName).AddProcessor(new SimpleActivityExportProcessor(spans)).Build())
        using (MeterProvider metering = Sdk.CreateMeterProviderBuilder().AddMeter(RoutingDiagnostics.MeterName).AddReader(new BaseExportingMetricReader(metrics)).Build())
        {
            using RoutingChatClient client = Pool.InOrder(new FakeChatClient());
            await client.AskAsync(streaming);
            metering.ForceFlush();
        }

        Assert.That(
            spans.Exported.Where(span => span.TraceId == root.TraceId).Select(static span => span.OperationName),
            Is.EquivalentTo(new[] { RoutingActivity.Route, RoutingActivity.Attempt }));
        Assert.That(metrics.Names, Is.SupersetOf(new[] { MetricNames.Requests, MetricNames.RequestDuration, MetricNames.Cost, MetricNames.Tokens, MetricNames.DecisionDuration }));
    }

    private sealed class SpanExporter : BaseExporter<Activity>
    {
        private readonly List<Activity> _exported = [];

        public IReadOnlyList<Activity> Exported
        {
            get
            {
                lock (_exported)
                {
                    return [.. _exported];
                }
            }
        }

        public override ExportResult Export(in Batch<Activity> batch)
        {
            lock (_exported)
            {
                foreach (Activity activity in batch)
                {
                    _exported.Add(activity);
                }
            }

            return ExportResult.Success;
        }
    }

    private sealed class MetricExporter : BaseExporter<Metric>
    {
        public HashSet<string> Names { get; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            foreach (Metric metric in batch)
            {
                Names.Add(metric.Name);
            }

            return ExportResult.Success;
        }
    }
}
