using System.Globalization;

namespace LlmRouting.Lab.Quality;

/// <summary>Holds what the command line of <c>quality</c> asks for.</summary>
internal sealed record QualityArguments
{
    public const string Usage = """
        quality --train a.jsonl[,b.jsonl] --test c.jsonl --strong <model> --weak <model> [--folds <k> [--by-group]] [--train-size <n> [--draws <d>]]
                [--without <group>,<group>,...] [--promise <percent> [--resplits <r>] [--calibration held-out|all]] [--cross-fit <k>] [--seed <n>] [--threads <n>] [--families <f>,<f>,...] [--scores <file>]
        quality --train ... --test ... --pool [--models <m>,<m>,...]
          --folds      cross-validates over the training file; --test is not needed then
          --by-group   cuts the training file between its groups, so that each part is tested on subjects that training did not have; the mean over the parts is printed
          --without    leaves these groups out of what is tested
          --families   tries these families of models alone: linear, neighbours, kernel, boosting, network (off by default), hints
          --scores     writes each test row's id, scores, qualities and costs as CSV, for a closer look
          --train-size draws that many training rows at random; with the same file for both, the rest is the test
        """;

    public string[] Train { get; private init; } = [];

    public string[] Test { get; private init; } = [];

    public string Strong { get; private init; } = "";

    public string Weak { get; private init; } = "";

    public int? Folds { get; private init; }

    /// <summary>Whether whole groups stand on one side of a cut.</summary>
    public bool ByGroup { get; private init; }

    /// <summary>Groups that are not tested.</summary>
    public string[] Without { get; private init; } = [];

    public int? TrainSize { get; private init; }

    public int Draws { get; private init; } = 1;

    public bool Pool { get; private init; }

    public string[] Models { get; private init; } = [];

    public double? Promise { get; private init; }

    public int Resplits { get; private init; } = 100;

    /// <summary>Whether training rows, scored by routers that did not see them, join the calibration rows where they look like them.</summary>
    public bool PoolCalibration { get; private init; } = true;

    /// <summary>Into how many parts training rows are cut to be scored by routers that did not see them; null leaves it to the measurement.</summary>
    public int? CrossFit { get; private init; }

    public int Seed { get; private init; } = 1;

    public int Threads { get; private init; }

    /// <summary>Which families of models are tried; empty means those that the trainer tries by default.</summary>
    public string[] Families { get; private init; } = [];

    public string? Scores { get; private init; }

    public bool SameFile => Train.Select(Path.GetFullPath).Order(StringComparer.Ordinal).SequenceEqual(Test.Select(Path.GetFullPath).Order(StringComparer.Ordinal));

    public static QualityArguments Parse(string[] args)
    {
        var parsed = new QualityArguments();
        for (int i = 0; i < args.Length; i++)
        {
            string name = args[i];
            if (name == "--pool")
            {
                parsed = parsed with { Pool = true };
                continue;
            }

            if (name == "--by-group")
            {
                parsed = parsed with { ByGroup = true };
                continue;
            }

            string value = i + 1 < args.Length ? args[++i] : throw new FormatException($"{name} needs a value.");
            parsed = name switch
            {
                "--train" => parsed with { Train = List(value) },
                "--test" => parsed with { Test = List(value) },
                "--strong" => parsed with { Strong = value },
                "--weak" => parsed with { Weak = value },
                "--models" => parsed with { Models = List(value) },
                "--families" => parsed with { Families = List(value) },
                "--without" => parsed with { Without = List(value) },
                "--scores" => parsed with { Scores = value },
                "--folds" => parsed with { Folds = Whole(name, value, 2, 20) },
                "--train-size" => parsed with { TrainSize = Whole(name, value, 1, int.MaxValue) },
                "--draws" => parsed with { Draws = Whole(name, value, 1, 1000) },
                "--resplits" => parsed with { Resplits = Whole(name, value, 1, 100_000) },
                "--cross-fit" => parsed with { CrossFit = Whole(name, value, 2, 20) },
                "--seed" => parsed with { Seed = Whole(name, value, 0, int.MaxValue) },
                "--threads" => parsed with { Threads = Whole(name, value, 0, 1024) },
                "--calibration" when value is "held-out" or "all" => parsed with { PoolCalibration = value == "all" },
                "--promise" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double percent) && percent is > 0 and <= 100 => parsed with { Promise = percent },
                "--promise" => throw new FormatException($"--promise is '{value}'; it must be a percentage greater than 0 and at most 100."),
                _ => throw new FormatException($"'{name}' with '{value}' is not understood."),
            };
        }

        return parsed.Checked();
    }

    private QualityArguments Checked()
    {
        if (Train.Length == 0)
        {
            throw new FormatException("--train is missing.");
        }

        if (Test.Length == 0 && Folds is null)
        {
            throw new FormatException("--test is missing; give a file, or --folds to cross-validate over the training file.");
        }

        if (!Pool && (Strong.Length == 0 || Weak.Length == 0))
        {
            throw new FormatException("--strong and --weak are needed, or --pool.");
        }

        if (Pool && Promise is not null)
        {
            throw new FormatException("--promise is about two models; it does not go with --pool.");
        }

        if (ByGroup && (Pool || Promise is not null || Folds is null || (Test.Length > 0 && !SameFile)))
        {
            throw new FormatException("--by-group cuts the training file of a pair: it needs --folds, and goes with neither --pool nor --promise nor another file to test on.");
        }

        QualityArguments whole = Test.Length == 0 ? this with { Test = Train } : this;

        // One file for both, and nothing said of how to cut it: cross-validation is the only way to test on rows that were not trained on.
        whole = whole.SameFile && whole.Folds is null && whole.TrainSize is null ? whole with { Folds = 5 } : whole;
        return whole.Without.Length > 0 && whole.SameFile && whole.Folds is not null && !whole.ByGroup
            ? throw new FormatException("--without leaves groups out of the rows that are tested; a plain cross-validation tests all rows. Give --by-group, --train-size, or another file to test on.")
            : whole;
    }

    private static string[] List(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int Whole(string name, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{name} is '{value}'; it must be a whole number, at least {least}{(most < int.MaxValue ? $" and at most {most}" : "")}.");
}
