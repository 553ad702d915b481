using LlmRouting.Pipeline;
using Microsoft.Extensions.AI;

namespace LlmRouting.QuickStart;

/// <summary>Sends the workload, a few requests at once.</summary>
internal sealed class WorkloadRunner(IChatClient chat, int concurrency)
{
    // A real model may ask for tools again and again.
    private const int MaxToolRounds = 4;
    private const int Decisions = 1000;

    // The runtime compiles hot methods anew, in the background, some 100 ms after start-up has calmed down.
    private static readonly TimeSpan WarmUp = TimeSpan.FromMilliseconds(600);

    public async Task RunAsync(Workload workload, Report report, CancellationToken cancellationToken)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(
                workload.Items.Select(static (item, index) => (Item: item, Number: index + 1)),
                parallel,
                async (entry, token) => await SendAsync(workload, entry.Item, entry.Number, report, token));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The report says how far it came.
        }
    }

    /// <summary>Decides every request again and again without calling a model: a dry run, which times the decision alone.</summary>
    /// <returns>The median time of a decision, once the code is warm.</returns>
    public static async Task<TimeSpan> TimeDecisionsAsync(Router router, Workload workload)
    {
        List<TimeSpan> times = [];
        long started = TimeProvider.System.GetTimestamp();
        bool isWarm = false;
        while (times.Count < Decisions)
        {
            foreach (WorkloadItem item in workload.Items)
            {
                ChatMessage[] messages = [new(ChatRole.System, workload.Instructions), new(ChatRole.User, workload.PromptOf(item, 0))];
                RoutingDecision decision = await router.DecideAsync(messages, OptionsFor(workload, item));
                if (isWarm)
                {
                    times.Add(decision.Elapsed);
                }
            }

            isWarm |= TimeProvider.System.GetElapsedTime(started) > WarmUp;
        }

        times.Sort();
        return times[times.Count / 2];
    }

    private async Task SendAsync(Workload workload, WorkloadItem item, int number, Report report, CancellationToken cancellationToken)
    {
        List<ChatMessage> messages = [new(ChatRole.System, workload.Instructions)];
        ChatOptions options = OptionsFor(workload, item);
        for (int turn = 0; turn < item.Turns.Length; turn++)
        {
            messages.Add(new(ChatRole.User, workload.PromptOf(item, turn)));
            string part = item.Turns.Length > 1 ? $"{number}.{turn + 1}" : $"{number}";
            ChatResponse? response = await SendAsync(messages, options, item, (number, part), report, cancellationToken);
            for (int round = 0; round < MaxToolRounds && response is not null && OrderDesk.TryAnswerCalls(response, messages); round++)
            {
                response = await SendAsync(messages, options, item, (number, $"{number}+"), report, cancellationToken);
            }

            if (response is null)
            {
                return;
            }

            messages.AddMessages(response);
        }
    }

    private async Task<ChatResponse?> SendAsync(
        List<ChatMessage> messages, ChatOptions options, WorkloadItem item, (int Item, string Part) number, Report report, CancellationToken cancellationToken)
    {
        try
        {
            ChatResponse response = item.Stream
                ? await chat.GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken)
                : await chat.GetResponseAsync(messages, options, cancellationToken);
            report.Add(new(number.Item, number.Part, item.Category, response.GetRoutingOutcome(), response.Text, Error: null));
            return response;
        }
        catch (RoutingException exception)
        {
            report.Add(new(number.Item, number.Part, item.Category, exception.Outcome, Text: "", exception.Message));
            return null;
        }
    }

    private static ChatOptions OptionsFor(Workload workload, WorkloadItem item)
    {
        ChatOptions options = new();
        if (item.Schema is not null)
        {
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(workload.Schemas[item.Schema], item.Schema);
        }

        if (item.Tools)
        {
            options.Tools = [OrderDesk.LookUpOrder];
        }

        return options.WithRouting(hints =>
        {
            hints.Policy = item.Policy;
            hints.UserTier = item.UserTier;
            hints.Priority = item.Background ? RequestPriority.Background : RequestPriority.Interactive;
        });
    }
}
