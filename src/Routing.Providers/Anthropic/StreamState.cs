using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace LlmRouting.Providers.Anthropic;

/// <summary>Keeps what one stream has brought so far. Not thread-safe.</summary>
internal sealed class StreamState
{
    private UsageDetails? _started;
    private long? _hourlyWrites;
    private string? _id;
    private string? _model;

    /// <summary>Gets how many updates have come.</summary>
    public int Updates { get; private set; }

    /// <summary>Gets whether the answer has come to its end.</summary>
    public bool IsFinished { get; private set; }

    /// <summary>Gets what broke the stream.</summary>
    public ExceptionDispatchInfo? Failure { get; private set; }

    public void Observe(ChatResponseUpdate update)
    {
        Updates++;
        if (Updates == 1)
        {
            _id = update.ResponseId;
            _model = update.ModelId;
            _hourlyWrites = UsageReader.HourlyWrites(update.RawRepresentation);
            _started = UsageReader.FromStart(update.RawRepresentation);
        }

        IsFinished |= update.FinishReason is not null;

        // By index: to enumerate an interface allocates, for each chunk.
        IList<AIContent> contents = update.Contents;
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is UsageContent usage)
            {
                UsageReader.Normalize(usage.Details, _hourlyWrites);
                _started = null;
            }
        }
    }

    public void Fail(Exception exception) => Failure = ExceptionDispatchInfo.Capture(exception);

    /// <summary>Creates the update that passes on the usage of a stream that broke before the SDK did.</summary>
    /// <returns>null when there is none.</returns>
    public ChatResponseUpdate? UnreportedUsage() =>
        _started is null ? null : new ChatResponseUpdate(ChatRole.Assistant, [new UsageContent(_started)])
        {
            ResponseId = _id,
            MessageId = _id,
            ModelId = _model,
        };
}
