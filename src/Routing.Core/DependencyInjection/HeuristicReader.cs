using LlmRouting.Classifiers;

namespace LlmRouting.DependencyInjection;

/// <summary>Reads the settings of the heuristic classifier.</summary>
internal static class HeuristicReader
{
    public static HeuristicClassifier Read(HeuristicOptions options, string root, List<string> errors)
    {
        _ = options;
        _ = root;
        _ = errors;
        return new HeuristicClassifier();
    }
}
