using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests;

/// <summary>Rejects answers that hold a text, or asks for a repair.</summary>
internal sealed class RejectText(string text, string? instruction = null) : IResponseValidator
{
    public string Name => "reject-text";

    public ValueTask<ValidationVerdict> ValidateAsync(RoutingRequest request, ChatResponse response, CancellationToken cancellationToken) =>
        new(!response.Text.Contains(text, StringComparison.Ordinal) ? ValidationVerdict.Accept
            : instruction is null ? ValidationVerdict.Reject("holds what it must not")
            : ValidationVerdict.Repair("holds what it must not", instruction));
}
