using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.Validation;

/// <summary>Makes requests, answers and streams for the validators' tests.</summary>
internal static class Answers
{
    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement.Clone();

    public static RoutingRequest Request(ChatOptions? options = null, string text = "hello") =>
        new([new ChatMessage(ChatRole.User, text)], options);

    public static RoutingRequest WithSchema(string schema) =>
        Request(new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(Json(schema)) });

    public static RoutingRequest WithTools(params AITool[] tools) => Request(new ChatOptions { Tools = [.. tools] });

    public static ChatResponse Text(string text, ChatFinishReason? finish = null) =>
        new(new ChatMessage(ChatRole.Assistant, text)) { FinishReason = finish ?? ChatFinishReason.Stop };

    public static ChatResponse Contents(params AIContent[] contents) =>
        new(new ChatMessage(ChatRole.Assistant, contents)) { FinishReason = ChatFinishReason.Stop };

    public static ChatResponseUpdate Update(string text) => new(ChatRole.Assistant, text) { MessageId = "m" };

    public static ValidationVerdict Judge(this IResponseValidator validator, RoutingRequest request, ChatResponse response)
    {
        Task<ValidationVerdict> pending = validator.ValidateAsync(request, response, CancellationToken.None).AsTask();
        Assert.That(pending.IsCompleted, Is.True);
        return pending.GetAwaiter().GetResult();
    }

    public static ValidationVerdictKind Verdict(this IResponseValidator validator, string text, RoutingRequest? request = null) =>
        validator.Judge(request ?? Request(), Text(text)).Kind;

    /// <summary>Feeds a text piece by piece.</summary>
    /// <returns>The reason, and how many characters were taken before it; null when none came.</returns>
    public static (string? Reason, int Taken) Feed(this IStreamInspection inspection, string text, int size = 1)
    {
        for (int i = 0; i < text.Length; i += size)
        {
            int length = Math.Min(size, text.Length - i);
            if (inspection.Add(Update(text.Substring(i, length))) is { } reason)
            {
                return (reason, i + length);
            }
        }

        return (null, text.Length);
    }
}
