using System.Text.Json;
using Microsoft.Extensions.Options;

namespace LlmRouting.QuickStart;

/// <summary>Turns the exceptions that bad input causes into lines for the one who typed it.</summary>
internal static class BadInput
{
    /// <returns>The lines; null when the exception is no matter of input.</returns>
    public static IEnumerable<string>? Explain(Exception exception) => exception switch
    {
        UsageException usage => [usage.Message, QuickStartOptions.Usage],
        OptionsValidationException invalid => ["The configuration is invalid:", .. invalid.Failures.Select(static failure => $"  {failure}")],

        // What the readers of configuration files throw; they name the file, or the path and the value.
        InvalidDataException unreadable => [unreadable.Message, .. Inner(unreadable)],
        FileNotFoundException missing => [missing.Message],
        JsonException malformed => [$"workload.json is malformed: {malformed.Message}"],
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" or "LlmRouting.Core" } unbound => [unbound.Message],
        _ => null,
    };

    private static string[] Inner(Exception exception) => exception.InnerException is { } inner ? [$"  {inner.Message}"] : [];
}
