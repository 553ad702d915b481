using Microsoft.Extensions.Configuration;

namespace LlmRouting.Core.Tests.Support;

/// <summary>Is a small valid configuration for a test to change.</summary>
internal static class Settings
{
    public const string Section = "LlmRouting";

    /// <summary>Makes two models, "small" (fast) and "large" (frontier), behind one provider of the kind "fake".</summary>
    public static Dictionary<string, string?> Valid(params (string Key, string? Value)[] changes)
    {
        Dictionary<string, string?> data = new(StringComparer.OrdinalIgnoreCase)
        {
            ["LlmRouting:Providers:lab:Kind"] = "fake",
            ["LlmRouting:Providers:lab:ApiKey"] = "sk-very-secret",
            ["LlmRouting:Models:small:Provider"] = "lab",
            ["LlmRouting:Models:small:Tier"] = "fast",
            ["LlmRouting:Models:small:Quality"] = "0.4",
            ["LlmRouting:Models:large:Provider"] = "lab",
            ["LlmRouting:Models:large:Tier"] = "frontier",
            ["LlmRouting:Models:large:Quality"] = "0.9",
        };
        foreach ((string key, string? value) in changes)
        {
            // null takes a setting away; keys are given below the section.
            if (value is null)
            {
                data.Remove($"{Section}:{key}");
            }
            else
            {
                data[$"{Section}:{key}"] = value;
            }
        }

        return data;
    }

    public static IConfigurationSection ToSection(this IEnumerable<KeyValuePair<string, string?>> data) =>
        new ConfigurationBuilder().Add(new ReloadableSource(data)).Build().GetSection(Section);
}
