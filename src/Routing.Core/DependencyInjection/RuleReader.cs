using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.RegularExpressions;
using LlmRouting.Strategies;

namespace LlmRouting.DependencyInjection;

/// <summary>Reads the decision table.</summary>
internal sealed class RuleReader(
    string root,
    TierLadder tiers,
    FrozenSet<string> references,
    ImmutableArray<TranslatedModel> models,
    List<string> errors)
{
    public ImmutableArray<RoutingRule> Read(IList<RuleOptions> rules)
    {
        ImmutableArray<RoutingRule>.Builder read = ImmutableArray.CreateBuilder<RoutingRule>(rules.Count);
        for (int i = 0; i < rules.Count; i++)
        {
            read.Add(Read(rules[i], $"{root}:Rules:{i}"));
        }

        return read.MoveToImmutable();
    }

    private RoutingRule Read(RuleOptions rule, string path)
    {
        if (rule.Prefer is null == rule.PreferTier is null)
        {
            errors.Add($"{path} must have exactly one of Prefer and PreferTier.");
        }

        if (rule.Prefer is not null && !references.Contains(rule.Prefer))
        {
            errors.Add($"{path}:Prefer is '{rule.Prefer}', which is no model; models: {string.Join(", ", models.Select(static model => model.Profile.Id))}.");
        }

        if (rule.PreferTier is not null && tiers.IndexOf(rule.PreferTier) < 0)
        {
            errors.Add($"{path}:PreferTier is '{rule.PreferTier}', which is no tier; tiers: {string.Join(", ", tiers.Tiers.Select(static tier => tier.Name))}.");
        }

        CheckRatio(rule.Confidence, $"{path}:Confidence");
        return new RoutingRule
        {
            Name = rule.Name,
            When = Read(rule.When, $"{path}:When"),
            Prefer = rule.Prefer,
            PreferTier = rule.PreferTier,
            Confidence = rule.Confidence,
        };
    }

    private RuleCondition Read(RuleConditionOptions when, string path)
    {
        CheckRatio(when.MinComplexity, $"{path}:MinComplexity");
        CheckRatio(when.MaxComplexity, $"{path}:MaxComplexity");
        if (when.Keywords.Any(string.IsNullOrWhiteSpace))
        {
            errors.Add($"{path}:Keywords holds an empty word, which every request would contain.");
        }

        return new RuleCondition
        {
            Keywords = [.. when.Keywords.Where(static keyword => !string.IsNullOrWhiteSpace(keyword))],
            Regex = when.Regex is null ? null : ReadRegex(when.Regex, when.RegexTimeout, path),
            Metadata = [.. when.Metadata],
            UserTier = when.UserTier,
            Policy = when.Policy,
            Priority = when.Priority,
            MinInputTokens = when.MinInputTokens,
            MaxInputTokens = when.MaxInputTokens,
            MinTurns = when.MinTurns,
            HasCode = when.HasCode,
            HasImages = when.HasImages,
            HasTools = when.HasTools,
            Format = when.Format,
            Script = when.Script,
            Category = when.Category,
            Label = when.Label,
            MinComplexity = when.MinComplexity,
            MaxComplexity = when.MaxComplexity,
        };
    }

    private Regex? ReadRegex(string pattern, TimeSpan timeout, string path)
    {
        const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        if (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromDays(1))
        {
            errors.Add($"{path}:RegexTimeout is {timeout}; it must be longer than zero and at most a day.");
            return null;
        }

        try
        {
            return new Regex(pattern, Options | RegexOptions.NonBacktracking, timeout);
        }
        catch (NotSupportedException)
        {
            // Look-arounds and back-references need the backtracking engine; its time-out bounds it.
            return new Regex(pattern, Options, timeout);
        }
        catch (ArgumentException exception)
        {
            errors.Add($"{path}:Regex is not a valid pattern: {exception.Message}");
            return null;
        }
    }

    private void CheckRatio(double? value, string path)
    {
        if (value is not (null or (>= 0 and <= 1)))
        {
            errors.Add(FormattableString.Invariant($"{path} is {value}; it must be between 0 and 1."));
        }
    }
}
