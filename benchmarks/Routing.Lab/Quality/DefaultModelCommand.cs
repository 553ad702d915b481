using System.Globalization;
using LlmRouting.Classifiers;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;
using Microsoft.Extensions.AI;

namespace LlmRouting.Lab.Quality;

/// <summary>Trains the default model, and measures the recipe by leaving whole makers of prompts out.</summary>
internal static class DefaultModelCommand
{
    private const int Seed = 1;

    // What is tested, and what it is tested against: makers that training does not see at all.
    private static readonly string[][] LeftOut = [["arena_hard", "banking77"], ["arena_hard", "clinc150"], ["tau2"], ["arena_hard", "banking77", "clinc150", "tau2"]];

    private static readonly double[] Shares = [0, 0.3, 0.5, 0.6, 0.7, 0.85];

    public static int Run(string[] args)
    {
        Dictionary<string, string> options = [];
        for (int i = 0; i + 1 < args.Length; i += 2)
        {
            options[args[i]] = args[i + 1];
        }

        if (!options.TryGetValue("--data", out string? folder))
        {
            Console.Error.WriteLine("default-model --data <folder with the routing files> [--out <file.onnx> --heuristic-share <0..1>] [--makers a,b,...] [--most <n>] [--features <n>] [--dimensions <n>] [--families a,b]");
            return 2;
        }

        string[] makers = options.TryGetValue("--makers", out string? names) ? names.Split(',') : DefaultModelData.Makers;
        int most = int.Parse(options.GetValueOrDefault("--most", "600"), CultureInfo.InvariantCulture);
        List<LabelledRequest> rows = DefaultModelData.Read(folder);
        TrainerOptions trainer = new()
        {
            Target = TrainingTarget.Complexity,
            Seed = Seed,
            MaxFeatures = int.Parse(options.GetValueOrDefault("--features", "16384"), CultureInfo.InvariantCulture),
            Dimensions = int.Parse(options.GetValueOrDefault("--dimensions", "64"), CultureInfo.InvariantCulture),
            Families = [.. options.GetValueOrDefault("--families", string.Join(',', TrainerFamilies.Default)).Split(',')],
        };
        if (options.TryGetValue("--out", out string? file))
        {
            List<LabelledRequest> training = DefaultModelData.Balance(rows.Where(row => makers.Contains(row.Group)), most, Seed);
            TrainedRouter router = new RouterTrainer(trainer).Train(training);
            router.Save(file, new Dictionary<string, double> { ["heuristic-share"] = double.Parse(options.GetValueOrDefault("--heuristic-share", "0.6"), CultureInfo.InvariantCulture) });
            Console.Error.WriteLine($"{router.Report.Requests} prompts, held out {router.Report.HeldOut:0.000}; {new FileInfo(file).Length / 1024} KiB written to {file}");
            return 0;
        }

        Console.Error.WriteLine("AUC of complex against simple; lower rows of a block join the model with the heuristic, by the heuristic's share of the log-odds");
        foreach (string[] left in LeftOut)
        {
            LabelledRequest[] test = [.. rows.Where(row => left.Contains(row.Group) && row.Label is "simple" or "complex")];
            List<LabelledRequest> training = DefaultModelData.Balance(rows.Where(row => makers.Contains(row.Group) && !left.Contains(row.Group)), most, Seed);
            TrainedRouter router = new RouterTrainer(trainer).Train(training);
            Measure(string.Join('+', left), training.Count, test, router);
        }

        return 0;
    }

    private static void Measure(string left, int trained, LabelledRequest[] test, TrainedRouter router)
    {
        double[] labels = [.. test.Select(static row => row.Label == "complex" ? 1.0 : 0)];
        double[] length = [.. test.Select(static row => (double)row.Text!.Length)]; // rows without a text were left out when reading
        double[] heuristic = [.. test.Select(static row => HeuristicOf(row.Text!))];
        double[] known = new double[test.Length];
        double[] learned = new double[test.Length];
        Span<double> score = stackalloc double[1];
        for (int i = 0; i < test.Length; i++)
        {
            router.Score(test[i].Text!, score, out known[i]);
            learned[i] = score[0];
        }

        double[] sorted = [.. known.Order()];
        string blends = string.Join("  ", Shares.Select(share => string.Create(
            CultureInfo.InvariantCulture, $"{share:0.00}: {RankStatistics.Auc([.. learned.Zip(heuristic, (l, h) => ((1 - share) * LogOdds(l)) + (share * LogOdds(h)))], labels):0.0000}")));
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"left out {left}: {test.Length} tested, {trained} trained ({router.Report.HeldOut:0.000}); length {RankStatistics.Auc(length, labels):0.0000}  heuristic {RankStatistics.Auc(heuristic, labels):0.0000}  learned and joined {blends}  known p5 {sorted[sorted.Length / 20]:0.00} p50 {sorted[sorted.Length / 2]:0.00}"));
    }

    private static double HeuristicOf(string text)
    {
        ChatMessage[] messages = [new(ChatRole.User, text)];
        return new HeuristicClassifier().Classify(new RoutingRequest(messages)).Complexity;
    }

    private static double LogOdds(double chance)
    {
        double bounded = Math.Clamp(chance, 1e-4, 1 - 1e-4);
        return Math.Log(bounded / (1 - bounded));
    }
}
