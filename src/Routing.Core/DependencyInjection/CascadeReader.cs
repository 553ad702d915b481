using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Strategies;

namespace LlmRouting.DependencyInjection;

/// <summary>Reads the settings of the cascade strategy.</summary>
internal static class CascadeReader
{
    public static CascadeSettings Read(LlmRoutingOptions options, string root, FrozenSet<string> references, List<string> errors)
    {
        CascadeOptions cascade = options.Cascade;
        string path = $"{root}:Cascade";
        ImmutableArray<CascadeStep>.Builder steps = ImmutableArray.CreateBuilder<CascadeStep>();
        for (int i = 0; i < cascade.Steps.Count; i++)
        {
            CascadeStepOptions step = cascade.Steps[i];
            if (step.Model is null || !references.Contains(step.Model))
            {
                errors.Add($"{path}:Steps:{i}:Model is '{step.Model}', which is no model; models: {OptionsTranslator.ListOf(options.Models.Keys)}.");
            }
            else if (step.AcceptFromScore is not (>= 0 and <= 1))
            {
                errors.Add(FormattableString.Invariant($"{path}:Steps:{i}:AcceptFromScore is {step.AcceptFromScore}; it must be between 0 and 1."));
            }
            else
            {
                steps.Add(new CascadeStep(step.Model, step.AcceptFromScore));
            }
        }

        if (cascade.MaxCostUsd < 0)
        {
            errors.Add(FormattableString.Invariant($"{path}:MaxCostUsd is {cascade.MaxCostUsd}; it must not be negative."));
        }

        for (int i = 0; i < cascade.Policies.Count; i++)
        {
            if (!options.Policies.ContainsKey(cascade.Policies[i]))
            {
                errors.Add($"{path}:Policies:{i} is '{cascade.Policies[i]}', which is not configured; policies: {OptionsTranslator.ListOf(options.Policies.Keys)}.");
            }
        }

        return new CascadeSettings { Steps = steps.ToImmutable(), MaxCostUsd = cascade.MaxCostUsd, Policies = [.. cascade.Policies] };
    }
}
