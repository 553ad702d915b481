using Microsoft.Extensions.Configuration;

namespace LlmRouting.QuickStart;

/// <summary>Says who answers, and which file beside <c>appsettings.json</c> describes them.</summary>
internal sealed record Backend(string File, string Banner, bool IsSimulated)
{
    private const string KeyVariable = "OPENAI_API_KEY";
    private const string LocalFile = "appsettings.Local.json";

    public static Backend Simulated { get; } = new(
        "simulators.json",
        "Models, prices and answers are SIMULATED: small servers on loopback that speak OpenAI's wire format. No key, no network.",
        IsSimulated: true);

    public static Backend Choose(bool simulate)
    {
        if (simulate)
        {
            return Simulated;
        }

        if (System.IO.File.Exists(Path.Combine(AppContext.BaseDirectory, LocalFile)))
        {
            return new(LocalFile, $"REAL endpoints from {LocalFile}: this costs money. --simulate runs it for nothing.", IsSimulated: false);
        }

        return string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(KeyVariable))
            ? Simulated
            : new("appsettings.OpenAI.json", $"REAL OpenAI endpoints, since {KeyVariable} is set: this costs money. --simulate runs it for nothing.", IsSimulated: false);
    }

    /// <summary>Reads the files; environment variables such as <c>LlmRouting__MinConfidence</c> override them.</summary>
    public ConfigurationManager ReadConfiguration(IEnumerable<KeyValuePair<string, string?>> overrides)
    {
        ConfigurationManager configuration = new();
        configuration.SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json")
            .AddJsonFile(File)
            .AddEnvironmentVariables()
            .AddInMemoryCollection(overrides);
        return configuration;
    }
}
