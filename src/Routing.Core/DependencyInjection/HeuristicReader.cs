using LlmRouting.Classifiers;

namespace LlmRouting.DependencyInjection;

/// <summary>Reads the settings of the heuristic classifier.</summary>
internal static class HeuristicReader
{
    public static HeuristicClassifier Read(HeuristicOptions options, TierLadder tiers, string root, List<string> errors)
    {
        HeuristicSettings settings = HeuristicSettings.Default;
        if (tiers.Tiers.Length > 1)
        {
            // A classification is unsure near the thresholds that matter, which are those of the tiers.
            settings = settings with { SimpleUpTo = tiers.Tiers[0].MaxComplexity, ComplexAbove = tiers.Tiers[^2].MaxComplexity };
        }

        if (settings.SimpleUpTo >= settings.ComplexAbove)
        {
            settings = settings with { SimpleUpTo = settings.ComplexAbove / 2 };
        }

        foreach ((string name, IList<string> keywords) in options.Keywords)
        {
            settings = settings.With(Find(settings, name) with { Keywords = [.. keywords] });
        }

        foreach ((string name, double weight) in options.Weights)
        {
            if (!double.IsFinite(weight))
            {
                errors.Add(FormattableString.Invariant($"{root}:Heuristic:Weights:{name} is {weight}; it must be a number."));
            }
            else if (!settings.Dimensions.Any(dimension => string.Equals(dimension.Name, name, StringComparison.OrdinalIgnoreCase)))
            {
                errors.Add($"{root}:Heuristic:Weights:{name} weighs a dimension that does not exist; dimensions: {string.Join(", ", settings.Dimensions.Select(static dimension => dimension.Name))}.");
            }
            else
            {
                settings = settings.With(Find(settings, name) with { Weight = weight });
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

    private static HeuristicDimension Find(HeuristicSettings settings, string name) =>
        settings.Dimensions.FirstOrDefault(dimension => string.Equals(dimension.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? new HeuristicDimension { Name = name, Weight = 1 };
}
