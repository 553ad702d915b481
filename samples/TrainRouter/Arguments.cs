using System.Collections.Immutable;
using System.Globalization;

namespace LlmRouting.TrainRouter;

/// <summary>Holds what the command line asks for.</summary>
internal sealed record Arguments
{
    public const string Usage = """
        TrainRouter <command> --data <requests.jsonl> --strong <model> --weak <model> [options]

          train        trains a router and shows how each family of models did
          calibrate    chooses the threshold: --promise <percent loss> (default 2), --weak-share <0..1> or --budget <USD per request>
          calibrate --data <requests.jsonl> --models <a,b,c>
                       chooses how to choose among a pool: --loss <percent> (default 2) below its best model
          evaluate     measures the router on requests that it did not see
          report       writes report.html, report.md and the pictures into --out <folder> (default report)

          --test <file>    measures on this file; without it every request is scored by a router that did not see it
          --save <file>    train, calibrate: writes the router as one ONNX file, calibrate with its threshold
          --folds <2..20>  into how many parts the data is cut for that (default 5)
          --seed <number>  the same seed gives the same result (default 1)
          --embedding-model <id>  what made the embeddings, where the lines have some; is kept with the router

        Each line of the file is a JSON object: {"prompt": "...", "scores": {"model": 0..1, ...}, "costs": {"model": USD, ...}}
        and optionally "embedding": [numbers], which is used where it helps
        """;

    private static readonly string[] Commands = ["train", "calibrate", "evaluate", "report"];

    public required string Command { get; init; }

    public string Data { get; private init; } = "";

    public string? Test { get; private init; }

    public string Strong { get; private init; } = "";

    public string Weak { get; private init; } = "";

    public ImmutableArray<string> Models { get; private init; } = [];

    public double Loss { get; private init; } = 2;

    public double Promise { get; private init; } = 2;

    public double? WeakShare { get; private init; }

    public double? BudgetUsd { get; private init; }

    public string Out { get; private init; } = "report";

    public string? Save { get; private init; }

    public int Folds { get; private init; } = 5;

    public int Seed { get; private init; } = 1;

    public string? EmbeddingModel { get; private init; }

    public static Arguments Parse(string[] args)
    {
        if (args.Length == 0 || !Commands.Contains(args[0]))
        {
            throw new FormatException(args.Length == 0 ? "Say what to do." : $"'{args[0]}' is no command.");
        }

        var parsed = new Arguments { Command = args[0] };
        for (int i = 1; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
            parsed = args[i] switch
            {
                "--data" => parsed with { Data = value },
                "--test" => parsed with { Test = value },
                "--strong" => parsed with { Strong = value },
                "--weak" => parsed with { Weak = value },
                "--models" => parsed with { Models = [.. value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct()] },
                "--loss" => parsed with { Loss = Number(args[i], value, 0, 100) },
                "--promise" => parsed with { Promise = Number(args[i], value, 0.01, 100) },
                "--weak-share" => parsed with { WeakShare = Number(args[i], value, 0, 1) },
                "--budget" => parsed with { BudgetUsd = Number(args[i], value, 0, double.MaxValue) },
                "--save" => parsed with { Save = value },
                "--out" => parsed with { Out = value },
                "--folds" => parsed with { Folds = Whole(args[i], value, 2, 20) },
                "--seed" => parsed with { Seed = Whole(args[i], value, 0, int.MaxValue) },
                "--embedding-model" => parsed with { EmbeddingModel = value },
                _ => throw new FormatException($"'{args[i]}' is no option."),
            };
        }

        return parsed switch
        {
            { Data: "" } => throw new FormatException("--data is missing: the file with your labelled requests."),
            { Models.Length: > 0, Command: not "calibrate" } => throw new FormatException("--models goes with calibrate; benchmarks/Routing.Lab quality --pool measures a pool."),
            { Models.Length: 1 } => throw new FormatException("--models names one model; a pool has two or more."),
            { Models.Length: > 1, Strong: not "" } or { Models.Length: > 1, Weak: not "" } => throw new FormatException("--models is for a pool, --strong and --weak for a pair; give one of the two."),
            { Models.Length: 0, Strong: "" } or { Models.Length: 0, Weak: "" } => throw new FormatException("--strong and --weak are missing: the two models, as the file spells them."),
            { Models.Length: 0, Strong: var strong, Weak: var weak } when strong == weak => throw new FormatException($"--strong and --weak are both '{strong}'; name two models."),
            { WeakShare: not null, BudgetUsd: not null } => throw new FormatException("--weak-share and --budget are two ways to choose one threshold; give one of them."),
            { Save: { } save } when Path.GetDirectoryName(Path.GetFullPath(save)) is { } folder && !Directory.Exists(folder) =>
                throw new FormatException($"--save is '{save}', but there is no folder '{folder}'; make it first."),
            _ => parsed,
        };
    }

    private static double Number(string name, string value, double least, double most) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} is '{value}'; it must be a number, at least {least.ToString(CultureInfo.InvariantCulture)}{(most < double.MaxValue ? $" and at most {most.ToString(CultureInfo.InvariantCulture)}" : "")}.");

    private static int Whole(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} is '{value}'; it must be a whole number, at least {least}{(most < int.MaxValue ? $" and at most {most}" : "")}.");
}
