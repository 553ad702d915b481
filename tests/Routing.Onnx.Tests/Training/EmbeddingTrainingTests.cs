using System.Collections.Frozen;
using System.Text;
using LlmRouting.Learning;
using LlmRouting.Onnx.Tests.Learned;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;
using LlmRouting.Onnx.Training.Families;

namespace LlmRouting.Onnx.Tests.Training;

[Description("S23 embeddings are features beside the words, where they help")]
public sealed class EmbeddingTrainingTests
{
    private static readonly Lazy<TrainedRouter> Informed = new(static () => Train(SyntheticEmbeddings.Make(400, isInformative: true)));

    [Test]
    public void Train_WithTellingEmbeddings_KnowsWhatTheWordsDoNotSay()
    {
        List<LabelledRequest> unseen = SyntheticEmbeddings.Make(1500, isInformative: true, seed: 77);

        double words = Apgr(Train([.. SyntheticEmbeddings.Make(400, isInformative: true).Select(static request => request with { Embedding = [] })]), unseen);
        double joined = Apgr(Informed.Value, unseen);

        Assert.That(words, Is.EqualTo(0.5).Within(0.06), "the words say nothing");
        Assert.That(joined, Is.GreaterThan(0.68));
        Assert.That(Informed.Value.EmbeddingLength, Is.EqualTo(SyntheticEmbeddings.Length));
        Assert.That(Informed.Value.Report.Embedding!.Share, Is.GreaterThan(0));
        Assert.That(Informed.Value.Report.Embedding.Gain, Is.GreaterThan(0.1));
        Assert.That(Informed.Value.Report.Warnings, Is.Empty);
    }

    [Test]
    [Description("Of embeddings that are chance some do better than the words by chance: what is kept must not hurt.")]
    public void Train_WithEmbeddingsThatAreChance_DropsThem_OrIsNotWorseForThem()
    {
        int kept = 0;
        for (int seed = 1; seed <= 6; seed++)
        {
            List<LabelledRequest> requests = [.. SyntheticRequests.Make(300, seed).Zip(SyntheticEmbeddings.Make(300, isInformative: false, seed), static (request, chance) => request with { Embedding = chance.Embedding })];
            List<LabelledRequest> unseen = [.. SyntheticRequests.Make(1000, seed + 50).Zip(SyntheticEmbeddings.Make(1000, isInformative: false, seed + 50), static (request, chance) => request with { Embedding = chance.Embedding })];

            TrainedRouter with = Train(requests);
            TrainedRouter without = Train([.. requests.Select(static request => request with { Embedding = [] })]);

            kept += with.EmbeddingLength > 0 ? 1 : 0;
            Assert.That(Apgr(with, unseen), Is.GreaterThan(Apgr(without, unseen) - 0.02), $"seed {seed}");
        }

        TestContext.Out.WriteLine($"kept in {kept} of 6");
        Assert.That(kept, Is.LessThanOrEqualTo(2));
    }

    [Test]
    [Description("What needs no embedding is the router that it would be without them, but for the report.")]
    public void Train_ThatDropsEmbeddings_GivesAPlainRouter()
    {
        List<LabelledRequest> requests = [.. SyntheticRequests.Make(300).Select(static request => request with { Embedding = [1, 2, 3] })];

        TrainedRouter dropped = Train(requests);
        TrainedRouter plain = Train([.. requests.Select(static request => request with { Embedding = [] })]);

        Assert.That(dropped.EmbeddingLength, Is.Zero);
        Assert.That(dropped.Report.Embedding, Is.EqualTo(new EmbeddingReport(3, 0, 0, null)));
        Assert.That(dropped.Report.Warnings, Has.One.Contains("needs none"));
        Assert.That(dropped.Score("integral theorem"), Is.EqualTo(plain.Score("integral theorem")));
        Assert.That(Encoding.Latin1.GetString(Save(dropped)), Does.Contain("format\u0012\u00012").And.Not.Contain("embedding.projection"));
        double[] scores = new double[3];
        dropped.Score("integral theorem", [1, 2, 3], scores);
        Assert.That(scores[0], Is.EqualTo(dropped.Score("integral theorem")), "an embedding is not looked at");
    }

    [Test]
    public void Train_WithEmbeddings_IsTheSameForAnyNumberOfThreads()
    {
        List<LabelledRequest> requests = SyntheticEmbeddings.Make(150, isInformative: true);

        byte[] one = Save(Train(requests, threads: 1));
        byte[] four = Save(Train(requests, threads: 4));

        Assert.That(four, Is.EqualTo(one));
    }

    [Test]
    public void Fingerprint_NamesTheEmbeddingsToo()
    {
        List<LabelledRequest> requests = SyntheticEmbeddings.Make(60, isInformative: true);
        List<LabelledRequest> others = [.. requests];
        others[7] = others[7] with { Embedding = others[8].Embedding };

        Assert.That(Train(others).Report.Fingerprint, Is.Not.EqualTo(Train(requests).Report.Fingerprint));
    }

    [TestCase("none", "'e9' has no embedding")]
    [TestCase("shorter", "'e9' has an embedding of 23 numbers, 'e0' one of 24")]
    [TestCase("NaN", "'e9' holds a number that is not finite")]
    [TestCase("infinite", "'e9' holds a number that is not finite")]
    [TestCase("zero", "'e9' is zero")]
    [TestCase("huge", "'e9' is zero, or too large")]
    public void Train_OnABadEmbedding_NamesTheRequest(string what, string expected)
    {
        List<LabelledRequest> requests = SyntheticEmbeddings.Make(40, isInformative: true);
        float[] bad = [.. requests[9].Embedding];
        bad[4] = what switch { "NaN" => float.NaN, "infinite" => float.PositiveInfinity, "huge" => float.MaxValue, _ => bad[4] };
        requests[9] = requests[9] with { Embedding = what switch { "none" => default, "shorter" => [.. bad[..^1]], "zero" => [.. new float[bad.Length]], _ => [.. bad] } };

        Assert.That(() => Train(requests), Throws.TypeOf<TrainingException>().With.Message.Contains(expected).And.Message.Not.Contains(requests[9].Text));
    }

    [Test]
    public void Train_OnFewRequestsWithLongEmbeddings_StaysFinite()
    {
        var random = new Random(3);
        List<LabelledRequest> requests = [.. SyntheticRequests.Make(24).Select(request => request with { Embedding = [.. Enumerable.Range(0, 1536).Select(_ => (float)random.NextDouble())] })];

        TrainedRouter router = Train(requests);

        double[] scores = new double[router.Outputs.Length];
        router.Score(requests[0], scores);
        Assert.That(scores, Has.All.Matches<double>(double.IsFinite));
    }

    [Test]
    [Description("Requests that other models answered teach how hard a request is, by meaning too.")]
    public void Train_WithAuxiliaryRequests_LearnsDifficultyFromJoinedVectors()
    {
        List<LabelledRequest> requests = SyntheticEmbeddings.Make(200, isInformative: true);
        requests.AddRange(SyntheticEmbeddings.Make(600, isInformative: true, seed: 9).Select(static request => request with
        {
            Id = "other " + request.Id,
            Text = "other " + request.Text,
            Scores = new Dictionary<string, double> { ["third"] = request.Scores["weak"] }.ToFrozenDictionary(),
        }));

        TrainedRouter router = Train(requests);

        Assert.That(router.Model.Lexicon.Difficulty!.Centres.Columns, Is.EqualTo(router.Model.Lexicon.LatentWidth));
        Assert.That(Apgr(router, SyntheticEmbeddings.Make(1000, isInformative: true, seed: 77)), Is.GreaterThan(0.68));
    }

    [Test]
    public void Score_WithoutAnEmbeddingThatFits_SaysWhatIsMissing()
    {
        TrainedRouter router = Informed.Value;
        double[] scores = new double[3];

        Assert.That(() => router.Score("text"), Throws.InvalidOperationException.With.Message.Contains("24 numbers"));
        Assert.That(() => router.Score("text", scores), Throws.InvalidOperationException.With.Message.Contains("24 numbers"));
        Assert.That(() => router.Score("text", scores, out _), Throws.InvalidOperationException);
        Assert.That(() => router.Score(new FeatureHasher().Hash("text"), scores), Throws.InvalidOperationException);
        Assert.That(() => router.Score("text", new float[3], scores), Throws.ArgumentException.With.Message.Contains("has 3 numbers"));
        Assert.That(() => router.Score("text", new float[24], scores), Throws.ArgumentException.With.Message.Contains("is zero"));
        Assert.That(() => router.Score("text", Enumerable.Repeat(float.NaN, 24).ToArray(), scores), Throws.ArgumentException.With.Message.Contains("not finite"));
        Assert.That(() => router.Score(new LabelledRequest { Id = "x", Text = "text" }, scores), Throws.ArgumentException.With.Message.Contains("has 0 numbers"));
        Assert.That(() => router.Score(new LabelledRequest { Id = "x", Embedding = [.. SyntheticEmbeddings.Embed("x", true)] }, scores), Throws.ArgumentException.With.Message.Contains("neither a text"));
    }

    [Test]
    [Description("Only the direction counts, so a generator that scales its vectors differs in nothing.")]
    public void Score_LooksAtTheEmbeddingsDirectionAlone()
    {
        double[] one = new double[3];
        double[] scaled = new double[3];
        float[] embedding = SyntheticEmbeddings.Embed("x", isHard: true);

        Informed.Value.Score("please tell me", embedding, one);
        Informed.Value.Score("please tell me", [.. embedding.Select(static value => value * 1e4f)], scaled);

        Assert.That(scaled, Is.EqualTo(one).Within(1e-5));
    }

    [Test]
    public void Score_OfCapturedFeaturesAndAnEmbedding_IsThatOfTheText()
    {
        LabelledRequest request = SyntheticEmbeddings.Make(1, isInformative: true)[0];
        double[] text = new double[3];
        double[] captured = new double[3];

        Informed.Value.Score(request, text);
        Informed.Value.Score(request with { Text = null, Features = new FeatureHasher().Hash(request.Text) }, captured);

        Assert.That(captured, Is.EqualTo(text).Within(1e-6));
    }

    [Test]
    public void PoolCrossFit_ScoresRowsWithTheirEmbeddings()
    {
        List<LabelledRequest> requests = [.. SyntheticEmbeddings.Make(200, isInformative: true).Select(static request => SyntheticEmbeddings.WithCosts(request, 0.01))];
        List<TrainedRouter> trained = [];

        PoolCrossFit crossFit = PoolCrossFit.Run(requests, ["strong", "weak"], 2, 1, rows =>
        {
            trained.Add(new RouterTrainer(new TrainerOptions { Target = TrainingTarget.Pool(["strong", "weak"]), Threads = 1, Dimensions = 16 }).Train(rows));
            return trained[^1];
        });

        Assert.That(trained.Select(static router => router.EmbeddingLength), Has.All.EqualTo(SyntheticEmbeddings.Length));
        Assert.That(crossFit.Outcomes.Count, Is.EqualTo(requests.Count));
    }

    [Test]
    public void Train_WithEmbeddings_TellsCostsToo()
    {
        double[] scores = new double[3];
        double[] dear = new double[2];
        double[] cheap = new double[2];
        LabelledRequest request = SyntheticEmbeddings.Make(1, isInformative: true)[0];

        Embedded.Costed.Value.Score(request with { Text = "please tell please me please about it" }, scores, dear);
        Embedded.Costed.Value.Score(request with { Text = "now then so that which and how of" }, scores, cheap);

        Assert.That(Embedded.Costed.Value.EmbeddingLength, Is.Positive);
        Assert.That(dear[0], Is.GreaterThan(2 * cheap[0]));
        Assert.That(dear[1], Is.GreaterThan(2 * cheap[1]));
    }

    private static TrainedRouter Train(List<LabelledRequest> requests, int threads = 2) =>
        new RouterTrainer(new TrainerOptions { Target = TrainingTarget.Pair("strong", "weak"), Threads = threads, Dimensions = 16 }).Train(requests);

    private static double Apgr(TrainedRouter router, List<LabelledRequest> requests)
    {
        double[] scores = new double[router.Outputs.Length];
        double[] needs = [.. requests.Select(request =>
        {
            router.Score(request, scores);
            return scores[0];
        })];
        return HeldOutMeasure.Apgr(needs, [.. requests.Select(static request => request.Scores["strong"] - request.Scores["weak"])]);
    }

    private static byte[] Save(TrainedRouter router)
    {
        using var stream = new MemoryStream();
        router.Save(stream);
        return stream.ToArray();
    }
}
