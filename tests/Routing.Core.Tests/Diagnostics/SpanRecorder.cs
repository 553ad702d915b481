using System.Diagnostics;
using LlmRouting.Diagnostics;

namespace LlmRouting.Core.Tests.Diagnostics;

/// <summary>Listens to the router's spans below one of its own, so that tests beside it do not disturb it.</summary>
internal sealed class SpanRecorder : IDisposable
{
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public SpanRecorder()
    {
        Root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        ActivityTraceId trace = Root.TraceId;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == RoutingDiagnostics.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == trace ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                lock (_ended)
                {
                    _ended.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public Activity Root { get; }

    public IReadOnlyList<Activity> All
    {
        get
        {
            lock (_ended)
            {
                return [.. _ended];
            }
        }
    }

    public Activity[] Of(string name) => [.. All.Where(activity => activity.OperationName == name)];

    public void Dispose()
    {
        _listener.Dispose();
        Root.Dispose();
    }
}
