using System.Collections.Immutable;

namespace LlmRouting.Models;

/// <summary>Checks a set of models for what would make routing ambiguous or wrong.</summary>
internal static class ModelSetValidator
{
    public static ImmutableArray<string> Validate(IReadOnlyCollection<RoutableModel> models)
    {
        ImmutableArray<string>.Builder errors = ImmutableArray.CreateBuilder<string>();
        Dictionary<string, ModelProfile> ids = new(StringComparer.OrdinalIgnoreCase);
        foreach (RoutableModel model in models)
        {
            ModelProfile profile = model.Profile;
            CheckProfile(profile, $"Model '{profile.Id}'", errors);
            if (model.Endpoints.IsDefaultOrEmpty)
            {
                errors.Add($"Model '{profile.Id}' has no endpoint; give it at least one.");
            }
            else if (model.Endpoints.Length > RoutableModel.MaxEndpoints)
            {
                errors.Add(FormattableString.Invariant($"Model '{profile.Id}' has {model.Endpoints.Length} endpoints; it may have {RoutableModel.MaxEndpoints}."));
            }

            if (!ids.TryAdd(profile.Id, profile))
            {
                errors.Add($"Model '{profile.Id}' is registered twice; ids must be unique (case does not count).");
            }
        }

        foreach (ModelProfile profile in ids.Values)
        {
            CheckReplacement(profile, ids, $"Model '{profile.Id}'", errors);
        }

        return errors.ToImmutable();
    }

    /// <summary>Checks the ranges of one model's facts.</summary>
    /// <param name="profile">The facts.</param>
    /// <param name="path">What messages call the model.</param>
    /// <param name="errors">Takes the messages.</param>
    public static void CheckProfile(ModelProfile profile, string path, ImmutableArray<string>.Builder errors)
    {
        if (string.IsNullOrWhiteSpace(profile.Id) || profile.Id.Contains(':', StringComparison.Ordinal) || profile.Id.Contains('@', StringComparison.Ordinal))
        {
            errors.Add($"{path} has an unusable id; an id is not empty and has neither ':' nor '@'. Put the provider's own name into ModelId.");
        }

        if (profile.Quality is not (>= 0 and <= 1))
        {
            errors.Add(FormattableString.Invariant($"{path}:Quality is {profile.Quality}; it must be between 0 and 1."));
        }

        foreach ((string category, double quality) in profile.QualityByCategory)
        {
            if (quality is not (>= 0 and <= 1))
            {
                errors.Add(FormattableString.Invariant($"{path}:QualityByCategory:{category} is {quality}; it must be between 0 and 1."));
            }
        }

        new PriceValidator(path, errors).Check(profile.Prices);
        CheckPositive(nameof(profile.ContextTokens), profile.ContextTokens);
        CheckPositive(nameof(profile.MaxOutputTokens), profile.MaxOutputTokens);
        if (profile.TypicalLatency < TimeSpan.Zero)
        {
            errors.Add($"{path}:TypicalLatency is {profile.TypicalLatency}; it must not be negative.");
        }

        if (profile.DeprecatedOn > profile.RetiresOn)
        {
            errors.Add($"{path}:DeprecatedOn lies after RetiresOn; a model is deprecated first.");
        }

        void CheckPositive(string name, int? tokens)
        {
            if (tokens <= 0)
            {
                errors.Add(FormattableString.Invariant($"{path}:{name} is {tokens}; it must be at least 1, or left out when it is unknown."));
            }
        }
    }

    /// <summary>Checks that the chain of replacements leads to a model, and not in a circle.</summary>
    public static void CheckReplacement(
        ModelProfile profile,
        Dictionary<string, ModelProfile> ids,
        string path,
        ImmutableArray<string>.Builder errors)
    {
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase) { profile.Id };
        string? next = profile.ReplacedBy;
        while (next is not null)
        {
            if (!ids.TryGetValue(next, out ModelProfile? replacement))
            {
                errors.Add($"{path} leads to the replacement '{next}', which is not registered; registered: {string.Join(", ", ids.Keys)}.");
                return;
            }

            if (!seen.Add(next))
            {
                errors.Add($"{path} leads in a circle: {string.Join(" -> ", seen)} -> {next}.");
                return;
            }

            next = replacement.ReplacedBy;
        }
    }
}
