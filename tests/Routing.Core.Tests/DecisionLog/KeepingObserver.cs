using LlmRouting.DecisionLog;
using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LlmRouting.Core.Tests.DecisionLog;

/// <summary>Writes records into memory, as the log writes them into files.</summary>
internal sealed class KeepingObserver(string? idKey = null) : IDecisionObserver
{
    public List<string> Lines { get; } = [];

    public IEnumerable<LoggedDecision> Records => Lines.Select(DecisionRecordReader.Read);

    public void OnCompleted(RoutingOutcome outcome) => throw new InvalidOperationException("The request is given, too.");

    public void OnCompleted(RoutingOutcome outcome, RoutingRequest request) => Write(new DecisionLogEntry
    {
        Outcome = outcome,
        Inputs = request.Trace as DecisionRecorder,
        Hints = request.Hints,
        Features = request.Features,
        Asked = request.Hints.Model ?? request.Options?.ModelId,
        IsStreaming = request.IsStreaming,
        Text = request.LastUserText,
        At = request.Trace.AsOf!.Value, // recorded, since this is there
    });

    public void OnRefused(RoutingRequest request, RoutingException exception, TimeSpan elapsed) => Write(new DecisionLogEntry
    {
        Inputs = request.Trace as DecisionRecorder,
        Hints = request.Hints,
        Features = request.Features,
        Asked = request.Hints.Model ?? request.Options?.ModelId,
        IsStreaming = request.IsStreaming,
        Error = exception.GetType().Name,
        Elapsed = elapsed,
        At = request.Trace.AsOf!.Value, // as above
    });

    public void Write(in DecisionLogEntry entry)
    {
        ArrayBufferWriter<byte> buffer = new();
        using DecisionRecordWriter records = new(idKey);
        using Utf8JsonWriter json = new(buffer);
        records.Write(json, entry);
        json.Flush();
        Lines.Add(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }
}
