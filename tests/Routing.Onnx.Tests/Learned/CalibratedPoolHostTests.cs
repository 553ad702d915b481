using System.Collections.Frozen;
using LlmRouting.Onnx.Tests.Training;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmRouting.Onnx.Tests.Learned;

/// <summary>Trains, calibrates, saves and hosts a router for a pool of three models.</summary>
[Description("S23 a host chooses among a pool as it was measured")]
public sealed class CalibratedPoolHostTests
{
    private static readonly string[] Models = ["strong", "middle", "weak"];
    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("llm-routing-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Host_ChoosesWhatEvaluationMeasuredOnTheSameRows([Values] bool isByWords)
    {
        LabelledRequest[] labelled = Rows(600, 1, isByWords);
        TrainedRouter router = Train(labelled);
        PoolChoice fitted = PoolCrossFit.Run(labelled, [.. Models], 3, 1, Train).For(router).Choose(lossPercent: 5)!; // most lambdas lose less
        LabelledRequest[] rows = Rows(300, 3, isByWords);
        (double[][] predicted, double[][] told) = Predict(router, rows);
        double[][] expected = isByWords ? told : fitted.ExpectedCostUsd(Lengths(rows));
        PoolEvaluation uncorrected = PoolEvaluation.Create([.. predicted.Select(static column => column.ToArray())], expected, Outcomes(rows));
        fitted.Correct(predicted);
        PoolEvaluation measured = PoolEvaluation.Create(predicted, expected, Outcomes(rows));
        int at = Enumerable.Range(0, measured.Points.Length).First(i => Math.Abs(measured.Points[i].CostUsd - uncorrected.Points[i].CostUsd) > 1e-9);
        PoolPoint point = measured.Points[at];

        string[] chosen = await ChooseByHost(router, fitted.WithQualityPerUsd(point.QualityPerUsd), rows);

        Assert.That(fitted.IsByWords, Is.EqualTo(isByWords));
        Assert.That(chosen.Zip(rows, static (model, row) => row.Scores[model]).Average(), Is.EqualTo(point.Quality).Within(1e-12));
        Assert.That(chosen.Zip(rows, static (model, row) => row.Costs[model]!.Value).Average(), Is.EqualTo(point.CostUsd).Within(1e-12), "every cost is known");
        Assert.That(chosen.Distinct().Count(), Is.GreaterThan(1), "rows that differ");
    }

    private async Task<string[]> ChooseByHost(TrainedRouter router, PoolChoice choice, LabelledRequest[] rows)
    {
        string path = Path.Combine(_folder, "router.onnx");
        Dictionary<string, double> thresholds = new() { ["promise"] = 0.5 };
        choice.WriteTo(thresholds);
        router.Save(path, thresholds);
        ServiceCollection services = new();
        services.AddLlmRouting().AddLearnedRouter(path)
            .AddModel(Profile("weak", 1), new FakeChatClient())
            .AddModel(Profile("middle", 3), new FakeChatClient())
            .AddModel(Profile("strong", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();
        IChatClient client = provider.GetRequiredService<IChatClient>();
        List<string> chosen = [];
        foreach (LabelledRequest row in rows)
        {
            ChatResponse answer = await client.GetResponseAsync(row.Text!); // made with a text
            RoutingDecision decision = answer.GetRoutingOutcome()!.Decision; // the router's own client puts it there
            Assert.That(decision.DecidedBy, Is.EqualTo("learned"));
            chosen.Add(decision.Ranking[0]);
        }

        return [.. chosen];
    }

    private static TrainedRouter Train(IReadOnlyList<LabelledRequest> requests) =>
        new RouterTrainer(new TrainerOptions { Target = TrainingTarget.Pool(Models), Threads = 1, Dimensions = 16 }).Train(requests);

    private static (double[][] Quality, double[][] CostUsd) Predict(TrainedRouter router, LabelledRequest[] rows)
    {
        double[][] predicted = [.. Models.Select(_ => new double[rows.Length])];
        double[][] expected = [.. Models.Select(_ => new double[rows.Length])];
        double[] scores = new double[Models.Length];
        double[] costs = new double[Models.Length];
        for (int row = 0; row < rows.Length; row++)
        {
            router.Score(rows[row], scores, costs);
            for (int model = 0; model < scores.Length; model++)
            {
                predicted[model][row] = scores[model];
                expected[model][row] = costs[model];
            }
        }

        return (predicted, expected);
    }

    private static int[] Lengths(LabelledRequest[] rows) => [.. rows.Select(static row => row.Text!.Length)]; // made with a text

    private static PoolOutcomes Outcomes(LabelledRequest[] rows) => new(
        [.. Models],
        [.. Models.Select(model => rows.Select(row => row.Scores[model]).ToArray())],
        [.. Models.Select(model => rows.Select(row => row.Costs[model] ?? double.NaN).ToArray())]);

    // What is hard costs three times as much as its length says, or, where words say nothing, costs follow from the length to within 3%.
    private static LabelledRequest[] Rows(int count, int seed, bool isByWords)
    {
        var random = new Random(seed);
        return
        [
            .. SyntheticRequests.Make(count, seed).Select(request => request with
            {
                Scores = new Dictionary<string, double>(request.Scores) { ["middle"] = random.NextDouble() < (SyntheticRequests.IsHard(request) ? 0.6 : 0.9) ? 1 : 0 }.ToFrozenDictionary(),
                Costs = Models.Select((model, i) => (model, usd: new[] { 1e-5, 3e-6, 1e-6 }[i] * request.Text!.Length
                        * (isByWords ? (SyntheticRequests.IsHard(request) ? 3 : 1) * (0.5 + random.NextDouble()) : 0.98 + (0.04 * random.NextDouble()))))
                    .ToFrozenDictionary(static pair => pair.model, static pair => (double?)pair.usd),
            }),
        ];
    }

    private static ModelProfile Profile(string id, decimal price) => new() { Id = id, InputUsdPerMillionTokens = price, OutputUsdPerMillionTokens = price };
}
