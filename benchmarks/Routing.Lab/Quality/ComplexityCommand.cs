using System.Collections.Immutable;
using LlmRouting.Classifiers;
using LlmRouting.Onnx.Learned;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;
using Microsoft.Extensions.AI;

namespace LlmRouting.Lab.Quality;

/// <summary>Measures how well classifiers tell complex prompts from simple ones, and prints a line of JSON for each.</summary>
internal static class ComplexityCommand
{
    // The tiers' thresholds when a host sets none.
    private const double FastUpTo = 0.3;
    private const double BalancedUpTo = 0.7;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ["--input", { } path])
        {
            Console.Error.WriteLine("complexity --input <labelled.jsonl>   (\"prompt\" and \"label\": simple, medium or complex)");
            return 2;
        }

        try
        {
            LabelledRequest[] rows = [.. QualityCommand.Read([path]).Where(static row => row.Text is not null && LabelOf(row) is not null)];
            double[] labels = [.. rows.Select(static row => LabelOf(row) ?? 0)];
            if (!labels.Contains(0) || !labels.Contains(1))
            {
                Console.Error.WriteLine($"'{path}' holds {labels.Count(static label => label == 0)} simple and {labels.Count(static label => label == 1)} complex prompts with a text; both kinds are needed.");
                return 2;
            }

            double[] lengths = [.. rows.Select(static row => (double)row.Text!.Length)]; // rows without a text were left out above
            Console.Error.WriteLine($"{rows.Length} prompts; for comparison, length alone: AUC {RankStatistics.Auc(lengths, labels):0.000}, rank correlation {RankStatistics.Spearman(lengths, labels):0.000}");
            foreach (IRequestClassifier classifier in Classifiers())
            {
                double[] scores = new double[rows.Length];
                var features = new FeatureExtractor();
                for (int i = 0; i < rows.Length; i++)
                {
                    ChatMessage[] messages = [new(ChatRole.User, rows[i].Text)];
                    Classification found = await classifier.ClassifyAsync(new RoutingRequest(messages, features: features.Extract(messages, null)), CancellationToken.None);
                    scores[i] = found.Complexity;
                }

                Console.Out.WriteLine(Line(classifier.Name, scores, labels));
            }

            return 0;
        }
        catch (LabelledDataException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 2;
        }
    }

    // The last one is what ships as the default model.
    private static ImmutableArray<IRequestClassifier> Classifiers() => [new HeuristicClassifier(), new LearnedClassifier(DefaultModel.Router)];

    private static double? LabelOf(LabelledRequest row) => row.Label?.ToUpperInvariant() switch
    {
        "SIMPLE" => 0,
        "MEDIUM" => 0.5,
        "COMPLEX" => 1,
        _ => null,
    };

    private static string Line(string who, double[] scores, double[] labels)
    {
        double fast = scores.Count(static score => score <= FastUpTo) / (double)scores.Length;
        double frontier = scores.Count(static score => score > BalancedUpTo) / (double)scores.Length;
        string share = new JsonLine().Add("fast", fast, 4).Add("balanced", 1 - fast - frontier, 4).Add("frontier", frontier, 4).ToString();
        return new JsonLine()
            .Add("who", who)
            .Add("auc", RankStatistics.Auc(scores, labels), 4)
            .Add("rank_correlation", RankStatistics.Spearman(scores, labels), 4)
            .Raw("share", share)
            .ToString();
    }
}
