using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Budgets;

namespace LlmRouting.DependencyInjection;

/// <summary>Reads the budgets.</summary>
internal static class BudgetReader
{
    private const string Windows = "request, hour, day, month, lifetime, conversation, or a length of at least a second such as 7.00:00:00";
    private const string Scopes = "everything, model, provider, policy, user, userTier, tenant, conversation, or metadata:key";

    public static List<BudgetRule> Read(LlmRoutingOptions options, string root, ImmutableArray<TranslatedModel> models, List<string> errors)
    {
        List<BudgetRule> rules = [];
        foreach ((string name, BudgetOptions budget) in options.Budgets)
        {
            string path = $"{root}:Budgets:{name}";
            TimeZoneInfo? zone = null;
            if (budget.TimeZone is { Length: > 0 } id && !TimeZoneInfo.TryFindSystemTimeZoneById(id, out zone))
            {
                errors.Add($"{path}:TimeZone is '{id}', which this system does not know; use an id such as 'Europe/Berlin'.");
            }

            if (!BudgetWindow.TryParse(budget.Window, zone, out BudgetWindow? window))
            {
                errors.Add($"{path}:Window is '{budget.Window}'; it must be {Windows}.");
            }

            if (!BudgetScope.TryParse(budget.Scope, out BudgetScope? scope))
            {
                errors.Add($"{path}:Scope is '{budget.Scope}'; it must be {Scopes}.");
            }

            if (budget.LimitUsd is null)
            {
                errors.Add($"{path}:LimitUsd is missing; say how many USD may be spent in one window.");
            }

            BudgetRule rule = new()
            {
                Name = name,
                LimitUsd = budget.LimitUsd ?? 0,
                Window = window ?? BudgetWindow.Request,
                Scope = scope ?? BudgetScope.Everything,
                LimitsUsd = budget.LimitsUsd.ToFrozenDictionary(StringComparer.Ordinal),
                Models = ReadModels(budget, path, models, errors),
                DowngradeAt = budget.DowngradeAt,
                ReservedOutputTokens = budget.ReservedOutputTokens,
            };
            errors.AddRange(rule.FindErrors().Select(error => $"{root}:{error}"));
            rules.Add(rule);
        }

        return rules;
    }

    private static FrozenSet<string> ReadModels(BudgetOptions budget, string path, ImmutableArray<TranslatedModel> models, List<string> errors)
    {
        List<string> ids = [];
        for (int i = 0; i < budget.Models.Count; i++)
        {
            string reference = budget.Models[i];
            string[] found = [.. models.Where(model => model.Profile.References().Contains(reference, StringComparer.OrdinalIgnoreCase)).Select(static model => model.Profile.Id)];
            ids.AddRange(found);
            if (found.Length == 0)
            {
                errors.Add($"{path}:Models:{i} is '{reference}', which is no model; models: {OptionsTranslator.ListOf(models.Select(static model => model.Profile.Id))}.");
            }
        }

        return ids.ToFrozenSet(StringComparer.OrdinalIgnoreCase);
    }
}
