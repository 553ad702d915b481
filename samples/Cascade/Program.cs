// The cheapest model first, a stronger one only when the answer is not good enough. Offline: three scripted clients stand in for models.
using System.Text.Json;
using LlmRouting;
using LlmRouting.CascadeSample;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

using JsonDocument schema = JsonDocument.Parse("""
    {
      "type": "object",
      "properties": { "order": { "type": "integer" }, "mood": { "enum": ["calm", "angry"] } },
      "required": ["order", "mood"],
      "additionalProperties": false
    }
    """);

var services = new ServiceCollection();
services.AddLlmRouting(options => options.Strategies = ["cascade"])
    .AddModel(Model("small", 0.5, 0.1m), new ScriptedChatClient(
        """Sure! ```json {"order": "4711", "mood": "angry"} ```""", // a text where a number belongs: sent back with the violation ...
        """{"order": 4711, "mood": "furious"}""")) // ... and wrong again: the next model's turn
    .AddModel(Model("medium", 0.7, 1m), new ScriptedChatClient("""{"order": 4711, "mood": "ang""")) // cut off in the middle
    .AddModel(Model("large", 0.9, 10m), new ScriptedChatClient("""Here you are: {"order": 4711, "mood": "angry"}"""))
    .AddJsonSchemaValidation();
services.Configure<LlmRouting.DependencyInjection.LlmRoutingOptions>(options => options.Execution.MaxAttempts = 6);

using ServiceProvider provider = services.BuildServiceProvider();
var chat = provider.GetRequiredService<IChatClient>();
var asked = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(schema.RootElement, "ticket") };
const string Question = "Order 4711 arrived broken, and nobody answers my mails! Which order is it, and what is the mood?";

Console.WriteLine("-- not streamed");
Show(await chat.GetResponseAsync(Question, asked));

Console.WriteLine("-- streamed: what breaks the schema is stopped in mid-stream, and nothing of it is seen");
Show(await chat.GetStreamingResponseAsync(Question, asked).ToChatResponseAsync());

static ModelProfile Model(string id, double quality, decimal price) => new()
{
    Id = id,
    Quality = quality,
    InputUsdPerMillionTokens = price,
    OutputUsdPerMillionTokens = price * 4,
    Capabilities = ModelCapabilities.JsonSchema,
};

static void Show(ChatResponse response)
{
    RoutingOutcome outcome = response.GetRoutingOutcome()!; // not null: the answer came from the router
    foreach (RoutingAttempt attempt in outcome.Attempts)
    {
        Console.WriteLine($"  {attempt}");
    }

    Console.WriteLine($"  {response.Text}   (the model wrote: {response.GetRawText() ?? "just that"})");
    Console.WriteLine($"  {outcome}");
}
