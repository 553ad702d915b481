using System.Globalization;

namespace LlmRouting.QuickStart;

/// <summary>Holds what the command line says.</summary>
internal sealed record QuickStartOptions
{
    public const string Usage = """
        Usage: QuickStart [--requests N] [--concurrency N] [--quiet] [--simulate]
          --requests N      send the first N requests of workload.json (default: all)
          --concurrency N   how many are under way at once, 1 to 64 (default: 4)
          --quiet           print the final tables only
          --simulate        use the simulated models even if OPENAI_API_KEY or appsettings.Local.json is there
        """;

    public int Requests { get; init; } = int.MaxValue;

    public int Concurrency { get; init; } = 4;

    public bool IsQuiet { get; init; }

    public bool Simulate { get; init; }

    /// <exception cref="UsageException">The arguments make no sense.</exception>
    public static QuickStartOptions Parse(string[] args)
    {
        QuickStartOptions options = new();
        for (int i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--requests" => options with { Requests = Number(args, ref i, int.MaxValue) },
                "--concurrency" => options with { Concurrency = Number(args, ref i, 64) },
                "--quiet" => options with { IsQuiet = true },
                "--simulate" => options with { Simulate = true },
                _ => throw new UsageException($"'{args[i]}' is not an option."),
            };
        }

        return options;
    }

    private static int Number(string[] args, ref int index, int max)
    {
        string option = args[index++];
        return index < args.Length && int.TryParse(args[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= max
            ? number
            : throw new UsageException($"{option} needs a number from 1{(max == int.MaxValue ? "" : $" to {max}")}.");
    }
}
