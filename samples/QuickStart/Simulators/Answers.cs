using System.Collections.Frozen;

namespace LlmRouting.QuickStart.Simulators;

/// <summary>Finds the canned answer to a prompt of the workload.</summary>
/// <remarks>The simulators know the workload's categories, which the router is not told: they stand for models, and need not be clever.</remarks>
internal sealed class Answers(IReadOnlyDictionary<string, List<string>> sentences, Workload workload)
{
    private static readonly string[] Fallback = ["There is no canned answer to this."];

    private readonly FrozenDictionary<string, WorkloadItem> _items = workload.Items
        .SelectMany(item => item.Turns.Select((_, turn) => KeyValuePair.Create(workload.PromptOf(item, turn), item)))
        .DistinctBy(static pair => pair.Key)
        .ToFrozenDictionary(StringComparer.Ordinal);

    public string CategoryOf(string prompt) => _items.TryGetValue(prompt, out WorkloadItem? item) ? item.Category : "unknown";

    public IEnumerable<string> For(string prompt) =>
        !_items.TryGetValue(prompt, out WorkloadItem? item) ? Fallback
        : sentences.GetValueOrDefault($"{item.Category}-{item.Language}") ?? sentences.GetValueOrDefault(item.Category) ?? (IEnumerable<string>)Fallback;
}
