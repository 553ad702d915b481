using System.Text;
using System.Text.Json;

namespace LlmRouting.Providers.Fuzzing;

/// <summary>Reads the valid answers of the services that one adapter speaks to: the golden files of usage, and those of <c>Corpus</c>.</summary>
internal static class WireCorpus
{
    private const string Anthropic = "anthropic";

    public static WireSample[] Read(string adapter)
    {
        List<WireSample> samples = [];
        foreach (string path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Fuzzing", "Corpus", adapter)))
        {
            samples.Add(new(Path.GetFileName(path), path.EndsWith(".sse", StringComparison.Ordinal), File.ReadAllBytes(path)));
        }

        foreach (string path in Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Usage"), "*.json"))
        {
            using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(path));
            JsonElement root = golden.RootElement;
            if (root.GetProperty("kind").ValueEquals(Anthropic) == (adapter == Anthropic))
            {
                bool isStream = root.GetProperty("streaming").GetBoolean();
                byte[] bytes = isStream ? File.ReadAllBytes(Path.ChangeExtension(path, ".sse")) : Encoding.UTF8.GetBytes(root.GetProperty("answer").GetRawText());
                samples.Add(new(Path.GetFileName(path), isStream, bytes));
            }
        }

        // A folder has no order of its own, and the same seed is to mean the same cases everywhere.
        samples.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return [.. samples];
    }
}
