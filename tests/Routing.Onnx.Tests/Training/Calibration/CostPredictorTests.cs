using System.Collections.Frozen;
using LlmRouting.Onnx.Training;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;

namespace LlmRouting.Onnx.Tests.Training.Calibration;

[Description("S23 what a call costs is predicted from the request")]
public sealed class CostPredictorTests
{
    private static readonly TrainerOptions Options = new() { Target = TrainingTarget.Pool(["dear", "cheap"]), Threads = 1, Dimensions = 16 };

    // Requests that ask for steps cost the dear model five times as much as others of their length; the cheap model's costs follow from the length.
    private static LabelledRequest[] Make(int count, int seed) =>
    [
        .. SyntheticRequests.Make(count, seed).Select((request, i) => request with
        {
            Costs = new Dictionary<string, double?>
            {
                ["dear"] = i % 10 == 0 ? null : (SyntheticRequests.IsHard(request) ? 5e-4 : 1e-4) * request.Text!.Length,
                ["cheap"] = 1e-6 * request.Text!.Length,
                ["free"] = 0,
            }.ToFrozenDictionary(),
        }),
    ];

    [Test]
    public void Predict_TellsByTheWordsWhatTheLengthDoesNotTell()
    {
        var predictor = CostPredictor.Train(Make(400, 1), ["dear", "cheap"], Options);
        LabelledRequest[] unseen = Make(200, 2);
        double[] usd = new double[2];

        double right = 0;
        foreach (LabelledRequest request in unseen)
        {
            predictor.Predict(request, usd);
            right += usd[0] > 2.2e-4 * request.Text!.Length == SyntheticRequests.IsHard(request) ? 1 : 0;
            Assert.That(usd[1], Is.EqualTo(1e-6 * request.Text!.Length).Within(2).Percent);
        }

        Assert.That(predictor.Learned, Is.EqualTo(new[] { "dear" }), "the cheap model's costs follow from the length");
        Assert.That(right / unseen.Length, Is.GreaterThan(0.9));
    }

    [Test]
    public void Predict_KeepsTheSumOfWhatIsKnown()
    {
        LabelledRequest[] rows = Make(400, 1);
        var predictor = CostPredictor.Train(rows, ["dear"], Options);
        double[] usd = new double[1];

        double predicted = 0;
        double real = 0;
        foreach (LabelledRequest row in rows.Where(static row => row.Costs["dear"] is not null))
        {
            predictor.Predict(row, usd);
            predicted += usd[0];
            real += row.Costs["dear"] ?? 0;
        }

        Assert.That(predicted, Is.EqualTo(real).Within(0.1).Percent);
    }

    [Test]
    public void Predict_TakesWhatIsFreeAsFree_AndWhatIsUnknownAsUnknown()
    {
        var predictor = CostPredictor.Train(Make(60, 1), ["free", "stranger", "dear"], Options);
        double[] usd = new double[3];

        predictor.Predict(Make(1, 3)[0], usd);

        Assert.That(usd[0], Is.Zero);
        Assert.That(usd[1], Is.NaN);
        Assert.That(usd[2], Is.Positive, "too few rows to learn from words, so by length");
        Assert.That(predictor.Learned, Is.Empty);
    }

    [Test]
    public void Train_IsDeterministic()
    {
        double[] one = new double[1];
        double[] other = new double[1];
        CostPredictor.Train(Make(300, 1), ["dear"], Options).Predict(Make(1, 3)[0], one);
        CostPredictor.Train(Make(300, 1), ["dear"], Options with { Threads = 2 }).Predict(Make(1, 3)[0], other);

        Assert.That(one, Is.EqualTo(other));
    }
}
