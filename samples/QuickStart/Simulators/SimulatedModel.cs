using System.Security.Cryptography;
using System.Text;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Answers like a model, as far as the wire shows: the answers are canned, the times and token counts made up from the configuration.</summary>
internal sealed class SimulatedModel(string name, SimulatedModelOptions options, Answers answers)
{
    public const string Unsure = "I am not sure of this.";

    public string Name => name;

    public int ContextTokens => options.ContextTokens;

    public SimulatedAnswer Answer(ChatCall call)
    {
        (string text, string? tool) = call switch
        {
            { ToolResult: { } result } => ($"[simulated {name}] The desk says: {result}", null),
            { Tool: { } function } => (SchemaSampler.Sample(function.GetProperty("parameters"), call.LastUserText), function.GetProperty("name").GetString()),
            { Schema: { } schema } => (SchemaSampler.Sample(schema, call.LastUserText), null),
            _ => ($"[simulated {name}] {Words(call.LastUserText)}", (string?)null),
        };
        int tokens = ChatCall.CountTokens(text);
        return new(text, tool, tokens, options.FirstToken + (options.Jitter * Chance(call.LastUserText, name)), TimeSpan.FromSeconds(tokens / options.TokensPerSecond));
    }

    private string Words(string prompt)
    {
        // One draw for each prompt, the same for every model: what a weaker model can answer, a stronger one can too.
        bool isGood = Chance(prompt, "quality") < options.Strengths.GetValueOrDefault(answers.CategoryOf(prompt), 1);
        string words = string.Join(' ', answers.For(prompt).Take(options.Sentences));
        return isGood ? words : $"{Unsure} {words}";
    }

    // A hash and not a Random, so that each run is like the last, whatever order the requests come in.
    private static double Chance(string prompt, string salt) =>
        BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{salt}\n{prompt}"))) / (double)uint.MaxValue;
}
