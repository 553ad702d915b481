using LlmRouting;
using LlmRouting.Minimal;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// <snippet:add>
var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddLlmRouting(builder.Configuration.GetSection("LlmRouting")).AddProviders();
// </snippet:add>

// Offline: two clients that answer from memory stand in for real models.
builder.Services.AddLlmRouting()
    .AddModelClient("small", _ => new CannedChatClient("small"))
    .AddModelClient("large", _ => new CannedChatClient("large"));

// <snippet:add-strategy>
builder.Services.AddLlmRouting().AddStrategy<LegalStrategy>();
// </snippet:add-strategy>

// <snippet:ask>
using var host = builder.Build();
var chat = host.Services.GetRequiredService<IChatClient>();
var response = await chat.GetResponseAsync("Prove that the square root of 2 is irrational.");
Console.WriteLine(response.Text);
Console.WriteLine(response.GetRoutingOutcome());
// </snippet:ask>

foreach (string question in (string[])["Good morning!", "Is this contract valid without a date?"])
{
    response = await chat.GetResponseAsync(question);
    Console.WriteLine(response.Text);
    Console.WriteLine(response.GetRoutingOutcome());
}
