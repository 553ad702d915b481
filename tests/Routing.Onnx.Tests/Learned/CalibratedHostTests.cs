using LlmRouting.Onnx.Tests.Training;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;
using LlmRouting.Testing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmRouting.Onnx.Tests.Learned;

/// <summary>Trains, calibrates, saves and hosts a router, as samples/TrainRouter and its user do.</summary>
[Description("S23 what calibration said of the share of requests is what a host does")]
public sealed class CalibratedHostTests
{
    private const int Rows = 600;
    private static readonly TrainingTarget Target = TrainingTarget.Pair("strong", "weak");
    private static readonly Lazy<PairCrossFit> Unseen = new(static () => PairCrossFit.Run(
        PairRows.Create(Priced(Rows, 1), "strong", "weak"), [], 5, 1, Train));

    private string _folder = "";

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("llm-routing-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase(0.3)]
    [TestCase(0.6)]
    public async Task Share_IsTheOneThatWasCalibrated(double share)
    {
        Dictionary<string, double> thresholds = new() { ["share"] = ThresholdChoice.ForWeakShare(Unseen.Value.Scores.AsSpan(), share) };

        double found = await WeakShareOfHost(thresholds);

        Assert.That(found, Is.EqualTo(share).Within(0.07));
    }

    [Test]
    public async Task PromisePerUsd_SendsTheShareThatWasCalibrated()
    {
        PromisedThreshold promise = PromiseCalibrator.Choose(Unseen.Value.OrderPerUsd(), Unseen.Value.Rows.Outcomes, new() { MaxLossPercent = 15 });
        Dictionary<string, double> thresholds = new() { [NeedPerUsd.PromiseThreshold] = promise.Threshold };
        Unseen.Value.FitNeedPerUsd().WriteTo(thresholds);

        double found = await WeakShareOfHost(thresholds);

        Assert.That(promise.WeakShare, Is.GreaterThan(0.2).And.LessThan(0.95), "a promise that decides something");
        Assert.That(found, Is.EqualTo(promise.WeakShare).Within(0.07));
    }

    [Test]
    [Description("S23 the same where costs are told by the words")]
    public async Task PromisePerExpectedUsd_SendsTheShareThatWasCalibrated()
    {
        LabelledRequest[] priced = PricedRequests.Make(Rows, 1);
        PairCrossFit unseen = PairCrossFit.Run(PairRows.Create(priced, "strong", "weak"), [], 5, 1, Train);
        PromisedThreshold promise = PromiseCalibrator.Choose(unseen.OrderPerUsd(), unseen.Rows.Outcomes, new() { MaxLossPercent = 15 });
        NeedPerUsd order = unseen.FitNeedPerUsd();
        Dictionary<string, double> thresholds = new() { [order.PromiseName] = promise.Threshold };
        order.WriteTo(thresholds);

        double found = await WeakShareOfHost(thresholds, priced);

        Assert.That(order.IsByWords);
        Assert.That(promise.WeakShare, Is.GreaterThan(0.2).And.LessThan(0.95), "a promise that decides something");
        Assert.That(found, Is.EqualTo(promise.WeakShare).Within(0.07));
    }

    private Task<double> WeakShareOfHost(Dictionary<string, double> thresholds) => WeakShareOfHost(thresholds, Priced(Rows, 1));

    private async Task<double> WeakShareOfHost(Dictionary<string, double> thresholds, LabelledRequest[] training)
    {
        string path = Path.Combine(_folder, "router.onnx");
        Train(training).Save(path, thresholds);
        ServiceCollection services = new();
        services.AddLlmRouting().AddLearnedRouter(path)
            .AddModel(Profile("weak", 1), new FakeChatClient())
            .AddModel(Profile("strong", 10), new FakeChatClient());
        await using ServiceProvider provider = services.BuildServiceProvider();
        IChatClient client = provider.GetRequiredService<IChatClient>();
        int weak = 0;
        LabelledRequest[] requests = Priced(500, 2);
        foreach (LabelledRequest request in requests)
        {
            ChatResponse answer = await client.GetResponseAsync(request.Text!);
            RoutingDecision decision = answer.GetRoutingOutcome()!.Decision;
            Assert.That(decision.DecidedBy, Is.EqualTo("learned"));
            weak += decision.Ranking[0] == "weak" ? 1 : 0;
        }

        return (double)weak / requests.Length;
    }

    private static TrainedRouter Train(IReadOnlyList<LabelledRequest> requests) =>
        new RouterTrainer(new TrainerOptions { Target = Target, Threads = 1, Dimensions = 16 }).Train(requests);

    private static LabelledRequest[] Priced(int count, int seed) =>
    [
        .. SyntheticRequests.Make(count, seed).Select(static request => request with
        {
            Costs = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
                new Dictionary<string, double?> { ["strong"] = 1e-5 * request.Text!.Length, ["weak"] = 1e-6 * request.Text!.Length }),
        }),
    ];

    private static ModelProfile Profile(string id, decimal price) => new() { Id = id, InputUsdPerMillionTokens = price, OutputUsdPerMillionTokens = price };
}
