using Microsoft.Extensions.AI;

namespace LlmRouting.Validation;

/// <summary>Rejects answers that did not come to an end of their own: cut off by the token limit, or by a content filter.</summary>
/// <remarks>Thread-safe. Asking the same model again would end the same way, so it never asks for a repair.</remarks>
/// <param name="settings">The settings; null means the defaults.</param>
public sealed class FinishReasonValidator(FinishReasonValidationSettings? settings = null) : IStreamingResponseValidator
{
    /// <summary>The name that records use.</summary>
    public const string ValidatorName = "finish-reason";

    private const string CutOff = "cut off by the token limit";
    private const string Filtered = "ended by a content filter";

    private readonly FinishReasonValidationSettings _settings = settings ?? FinishReasonValidationSettings.Default;

    /// <inheritdoc/>
    public string Name => ValidatorName;

    /// <inheritdoc/>
    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        return new(Fault(response.FinishReason) is { } reason ? ValidationVerdict.Reject(reason) : ValidationVerdict.Accept);
    }

    /// <inheritdoc/>
    public IStreamInspection? Inspect(RoutingRequest request) => new Inspection(this);

    private string? Fault(ChatFinishReason? reason) =>
        reason == ChatFinishReason.Length && _settings.RejectLength ? CutOff
        : reason == ChatFinishReason.ContentFilter && _settings.RejectContentFilter ? Filtered
        : null;

    private sealed class Inspection(FinishReasonValidator validator) : IStreamInspection
    {
        public string? Add(ChatResponseUpdate update) => validator.Fault(update.FinishReason);
    }
}
