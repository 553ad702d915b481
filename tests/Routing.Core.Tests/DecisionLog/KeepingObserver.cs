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

    public void OnCompleted(RoutingOutcome outcome, RoutingRequest request) =>
        Write(DecisionLogEntry.Of(request, TimeProvider.System, capturesText: true) with { Outcome = outcome });

    public void OnRefused(RoutingRequest request, RoutingException exception, TimeSpan elapsed) =>
        Write(DecisionLogEntry.Of(request, TimeProvider.System, capturesText: false) with { Error = exception.GetType().Name, Elapsed = elapsed });

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
