using Microsoft.Extensions.AI;

namespace LlmRouting;

/// <summary>Watches one streamed answer for faults that nothing said later can mend.</summary>
/// <remarks>One inspection per attempt; not thread-safe. It runs on every update, so it must be cheap. One that throws has found nothing, and
/// is not asked again.</remarks>
public interface IStreamInspection
{
    /// <summary>Takes note of the next update.</summary>
    /// <param name="update">The update, in the order of the stream; must not be changed.</param>
    /// <returns>null while the answer can still be good; else why it cannot become good any more: a constant text that holds nothing of the
    /// answer.</returns>
    string? Add(ChatResponseUpdate update);
}
