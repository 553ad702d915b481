using System.Collections.Immutable;
using LlmRouting.Classifiers;

namespace LlmRouting.DependencyInjection;

/// <summary>Reads the settings of the heuristic classifier.</summary>
internal static class HeuristicReader
{
    public static HeuristicClassifier Read(HeuristicOptions options, TierLadder tiers, string root, List<string> errors)
    {
        HeuristicSettings settings = HeuristicSettings.Default;
        if (tiers.Tiers is [{ MaxComplexity: var simple }, .., { MaxComplexity: var complex }, _] && simple < complex)
        {
            // The classifier is unsure near the thresholds that matter, which are those of the tiers.
            settings = settings with { SimpleUpTo = simple, ComplexAbove = complex };
        }

        foreach (KeyValuePair<string, IList<string>> pair in options.Keywords)
        {
            if (Find(settings, pair.Key, $"{root}:Heuristic:Keywords", errors) is { } dimension)
            {
                settings = settings.With(dimension with { Keywords = [.. pair.Value ?? []] });
            }
        }

        foreach (KeyValuePair<string, double> pair in options.Weights)
        {
            if (!double.IsFinite(pair.Value))
            {
                errors.Add($"{root}:Heuristic:Weights:{pair.Key} is {pair.Value}; it must be a finite number.");
            }
            else if (Find(settings, pair.Key, $"{root}:Heuristic:Weights", errors) is { } dimension)
            {
                settings = settings.With(dimension with { Weight = pair.Value });
            }
        }

        try
        {
            return new HeuristicClassifier(settings);
        }
        catch (ArgumentException exception)
        {
            errors.Add($"{root}:Heuristic:Keywords: {OptionsTranslator.WithoutParameter(exception)}");
            return new HeuristicClassifier();
        }
    }

    private static HeuristicDimension? Find(HeuristicSettings settings, string name, string path, List<string> errors)
    {
        ImmutableArray<HeuristicDimension> dimensions = settings.Dimensions;
        foreach (HeuristicDimension dimension in dimensions)
        {
            if (string.Equals(dimension.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return dimension;
            }
        }

        errors.Add($"{path}:{name} is no dimension; use one of {string.Join(", ", dimensions.Select(static d => d.Name))}.");
        return null;
    }
}
