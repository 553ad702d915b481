using LlmRouting.Testing;
using Microsoft.Extensions.AI;

namespace LlmRouting.Core.Tests.HandOff;

/// <summary>Shows what becomes of each kind of provider state when the next turn goes to the same endpoint, to another model of its provider, or to another provider.</summary>
public sealed class HandOffMatrixTests
{
    private const string LongId = "call_of_a_provider_that_likes_its_ids_to_be_long.really:long";

    [TestCase("a", true)]
    [TestCase("b", true)]
    [TestCase("c", false)]
    public async Task ProtectedReasoning_GoesToItsOwnProviderOnly_R26(string target, bool isKept)
    {
        foreach (bool streaming in (bool[])[false, true])
        {
            using Clinic clinic = new();
            List<ChatMessage> messages = await clinic.TurnAsync(streaming, new TextReasoningContent("hm, hm") { ProtectedData = "sealed" }, new TextContent("Yes."));

            ChatMessage[] sent = await AskAsync(clinic, target, streaming, messages);

            Assert.That(sent[1].Contents.OfType<TextReasoningContent>().Select(static reasoning => reasoning.ProtectedData), isKept ? Is.EqualTo(["sealed"]) : Is.Empty);
            Assert.That(sent[1].Text, Is.EqualTo("Yes."));
            Assert.That(messages[1].Contents.OfType<TextReasoningContent>().Single().ProtectedData, Is.EqualTo("sealed"), "R9: the caller's messages stay as they are");
        }
    }

    [TestCase("a", false)]
    [TestCase("b", false)]
    [TestCase("c", true)]
    public async Task ToolCallId_SuitsEveryProvider_OnceItIsHandedOver_R26(string target, bool isRenamed)
    {
        foreach (bool streaming in (bool[])[false, true])
        {
            using Clinic clinic = new();
            List<ChatMessage> messages = await clinic.TurnAsync(streaming, new FunctionCallContent(LongId, "f"), new FunctionCallContent("second", "f"));

            ChatMessage[] sent = await AskAsync(clinic, target, streaming, messages);

            string[] calls = [.. sent[1].Contents.OfType<FunctionCallContent>().Select(static call => call.CallId)];
            Assert.That(sent[2].Contents.OfType<FunctionResultContent>().Select(static result => result.CallId), Is.EqualTo(calls), "call and result belong together");
            Assert.That(calls, isRenamed ? Is.All.Match("^[0-9A-Za-z]{9}$") : Is.EqualTo([LongId, "second"]));
            Assert.That(calls, Is.Unique);
            Assert.That(messages[1].Contents.OfType<FunctionCallContent>().First().CallId, Is.EqualTo(LongId), "R9: the caller's messages stay as they are");
        }
    }

    [TestCase("a", true)]
    [TestCase("b", true)]
    [TestCase("c", false)]
    public async Task HostedFile_ExcludesModelsOfOtherProviders_R26(string target, bool isServed)
    {
        foreach (bool streaming in (bool[])[false, true])
        {
            using Clinic clinic = new();
            List<ChatMessage> messages = await clinic.TurnAsync(streaming, new TextContent("Here."), new HostedFileContent("file-1"));
            if (isServed)
            {
                ChatMessage[] sent = await AskAsync(clinic, target, streaming, messages);
                Assert.That(sent[1].Contents.OfType<HostedFileContent>().Single().FileId, Is.EqualTo("file-1"));
            }
            else
            {
                NoCandidateException exception = (await Assert.ThrowsAsync<NoCandidateException>(async () => await AskAsync(clinic, target, streaming, messages)))!;
                Assert.That(exception.Message, Does.Contain("kept by another provider"));
                Assert.That(clinic.C.Calls, Is.Empty);
            }
        }
    }

    [TestCase("a", true)]
    [TestCase("b", true)]
    [TestCase("c", false)]
    public async Task Conversation_IsNeverSentToAnotherProvider_R26(string target, bool isServed)
    {
        foreach (bool byToken in (bool[])[false, true])
        {
            foreach (bool streaming in (bool[])[false, true])
            {
                using Clinic clinic = new();
                ResponseContinuationToken token = ResponseContinuationToken.FromBytes(new byte[] { 1, 2, 3 });
                Issue(clinic, byToken, streaming, token);
                await clinic.Client.AskAsync(streaming);
                ChatOptions options = new() { ModelId = target, ConversationId = byToken ? null : "conv-1", ContinuationToken = byToken ? token : null };
                if (isServed)
                {
                    ChatResponse response = await clinic.Client.AskAsync(streaming, options);
                    Assert.That(response.GetRoutingOutcome()!.ModelId, Is.EqualTo(target));
                }
                else
                {
                    RoutingException exception = (await Assert.ThrowsAsync<RoutingException>(async () => await clinic.Client.AskAsync(streaming, options)))!;
                    Assert.That(exception.Message, Does.Contain("kept by the provider of model 'a'"));
                    Assert.That(exception.Message, Does.Not.Contain("conv-1"));
                    Assert.That(clinic.C.Calls, Is.Empty);
                }
            }
        }
    }

    private static void Issue(Clinic clinic, bool byToken, bool streaming, ResponseContinuationToken token)
    {
        Clinic.Answer(clinic.A, [new TextContent("Yes.")], byToken ? null : "conv-1", byToken ? token : null);
        if (streaming && byToken)
        {
            clinic.A.OnStream = (_, _, _) => Updates(
                new ChatResponseUpdate(ChatRole.Assistant, "Y") { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) },
                new ChatResponseUpdate(ChatRole.Assistant, "es.") { ContinuationToken = token, FinishReason = ChatFinishReason.Stop });
        }
    }

    private static async IAsyncEnumerable<ChatResponseUpdate> Updates(params ChatResponseUpdate[] updates)
    {
        foreach (ChatResponseUpdate update in updates)
        {
            yield return await Task.FromResult(update);
        }
    }

    private static async Task<ChatMessage[]> AskAsync(Clinic clinic, string target, bool streaming, List<ChatMessage> messages)
    {
        ChatResponse response = await clinic.Client.AskAsync(streaming, new ChatOptions { ModelId = target }, messages);

        Assert.That(response.GetRoutingOutcome()!.ModelId, Is.EqualTo(target));
        FakeChatClient client = target switch { "a" => clinic.A, "b" => clinic.B, _ => clinic.C };
        return [.. client.Calls[^1].Messages];
    }
}
