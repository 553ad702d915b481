using LlmRouting.Classifiers;

namespace LlmRouting.DependencyInjection;

/// <summary>Reads the settings of the semantic classifier.</summary>
internal static class SemanticReader
{
    /// <summary>Makes the classifier that the host added.</summary>
    /// <returns>The classifier; null when none was added, or when its settings are wrong.</returns>
    internal static SemanticClassifier? Read(SemanticOptions options, SemanticRegistration? registration, TierLadder tiers, string root, List<string> errors)
    {
        if (registration is null)
        {
            if (options.Routes.Count > 0)
            {
                errors.Add($"{root}:Semantic:Routes is given, but nothing reads it; call .AddSemanticClassifier() and register an embedding generator.");
            }

            return null;
        }

        List<string> found = [];
        SemanticSettings settings = registration.Settings ?? new SemanticSettings
        {
            Routes = [.. options.Routes.Select(pair => Route(pair.Key, pair.Value, tiers, found))],
            Neighbours = options.Neighbours,
            MinSimilarity = options.MinSimilarity,
            CacheSize = options.CacheSize,
            Timeout = options.Timeout,
            RetryAfter = options.RetryAfter,
        };
        found.AddRange(settings.FindErrors());
        errors.AddRange(found.Select(error => $"{root}:Semantic:{error}"));
        return found.Count == 0 ? registration.Classifier(settings) : null;
    }

    private static SemanticRoute Route(string name, SemanticRouteOptions options, TierLadder tiers, List<string> errors)
    {
        double complexity = options.Complexity ?? 0.5;
        if (options.Complexity is null == options.Tier is null)
        {
            errors.Add($"Routes:{name} must have either a Tier or a Complexity.");
        }
        else if (options.Tier is not null)
        {
            int index = tiers.IndexOf(options.Tier);
            if (index < 0)
            {
                errors.Add($"Routes:{name}:Tier is '{options.Tier}', which is no tier; tiers: {OptionsTranslator.ListOf(tiers.Tiers.Select(static tier => tier.Name))}.");
            }
            else
            {
                // The middle stands clear of both thresholds.
                complexity = ((index == 0 ? 0 : tiers.Tiers[index - 1].MaxComplexity) + tiers.Tiers[index].MaxComplexity) / 2;
            }
        }

        return new SemanticRoute
        {
            Name = name,
            Complexity = complexity,
            Category = options.Category,
            Examples = [.. options.Examples],
            MinSimilarity = options.MinSimilarity,
        };
    }
}
