using Microsoft.Extensions.AI;

namespace LlmRouting.Execution;

/// <summary>Writes what is sent to a model that is to mend its answer.</summary>
internal static class RepairRequest
{
    /// <summary>Joins the request, the answer that was not good enough, and what to do about it.</summary>
    public static List<ChatMessage> Create(IReadOnlyList<ChatMessage> request, ChatResponse answer, string instruction)
    {
        List<ChatMessage> messages = [.. request, .. answer.Messages];

        // Services refuse a conversation in which a tool call stands without its result.
        IEnumerable<AIContent> contents = answer.Messages.SelectMany(static message => message.Contents);
        HashSet<string> answered = [.. contents.OfType<FunctionResultContent>().Select(static result => result.CallId)];
        AIContent[] results = [.. contents.OfType<FunctionCallContent>()
            .Where(call => answered.Add(call.CallId))
            .Select(static call => new FunctionResultContent(call.CallId, "This call was not carried out."))];
        if (results.Length > 0)
        {
            messages.Add(new ChatMessage(ChatRole.Tool, results));
        }

        messages.Add(new ChatMessage(ChatRole.User, instruction));
        return messages;
    }
}
