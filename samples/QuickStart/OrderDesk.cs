using System.ComponentModel;
using Microsoft.Extensions.AI;

namespace LlmRouting.QuickStart;

/// <summary>Is the one tool of this support desk: it looks up orders that do not exist.</summary>
internal static class OrderDesk
{
    public static AIFunction LookUpOrder { get; } = AIFunctionFactory.Create(
        LookUp, "look_up_order", "Looks up an order of the customer and tells where it is.");

    /// <summary>Answers the tool calls of a response, for the model to go on.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool TryAnswerCalls(ChatResponse response, List<ChatMessage> messages)
    {
        FunctionCallContent[] calls = [.. response.Messages.SelectMany(static message => message.Contents).OfType<FunctionCallContent>()];
        if (calls.Length == 0)
        {
            return false;
        }

        messages.AddMessages(response);
        messages.Add(new(ChatRole.Tool, [.. calls.Select(static call =>
            new FunctionResultContent(call.CallId, LookUp(call.Arguments?["orderNumber"]?.ToString() ?? "")))]));
        return true;
    }

    private static string LookUp([Description("The order's number, such as BW-10482.")] string orderNumber) =>
        $"Order {orderNumber}: shipped, expected on Thursday between 8 and 12.";
}
