using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace LlmRouting.Execution;

/// <summary>Shows a stream, update by update, to the validators that want to watch it.</summary>
/// <remarks>Belongs to one attempt. An inspection that throws has found nothing and is not asked again.</remarks>
internal sealed partial class StreamInspector(List<(IStreamingResponseValidator Validator, IStreamInspection Inspection)> inspections, ILogger logger)
{
    /// <summary>Shows the next update.</summary>
    /// <returns>Who found that the answer cannot become good any more, and why; null when nobody did.</returns>
    public (IStreamingResponseValidator Validator, string Reason)? Add(ChatResponseUpdate update)
    {
        for (int i = inspections.Count - 1; i >= 0; i--)
        {
            (IStreamingResponseValidator validator, IStreamInspection inspection) = inspections[i];
            try
            {
                if (inspection.Add(update) is { } reason)
                {
                    return (validator, reason);
                }
            }
            catch (Exception exception)
            {
                Log.InspectionFailed(logger, validator.Name, exception.GetType().Name);
                inspections.RemoveAt(i);
            }
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.InspectionFailed, LogLevel.Warning, "Validator '{Validator}' threw {Exception} while it watched a stream; it stopped watching")]
        public static partial void InspectionFailed(ILogger logger, string validator, string exception);
    }
}
