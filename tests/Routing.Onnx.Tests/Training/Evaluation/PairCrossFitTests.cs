using System.Collections.Frozen;
using LlmRouting.Onnx.Tests.Learned;
using LlmRouting.Onnx.Training.Calibration;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Evaluation;

public sealed class PairCrossFitTests
{
    [Test]
    public void NoRow_IsScoredByARouterThatSawItOrItsTwin()
    {
        // Each question occurs twice, with its options in another order.
        PairRows rows = PairRows.Create([.. Enumerable.Range(0, 60).Select(static i => Row($"{i}", $"Question {i / 2}?\nA. {i}\nB. {i + 1}"))], "strong", "weak");
        List<string> leaked = [];

        PairCrossFit fitted = PairCrossFit.Run(rows, [Row("other", "Other?")], folds: 4, seed: 1, training =>
        {
            HashSet<string> seen = [.. training.Select(static row => Stem(row.Text!))];
            Assert.That(seen, Does.Contain("Other?"), "rows without the pair teach every router");
            return row =>
            {
                if (!seen.Contains(Stem(row.Text!)))
                {
                    return new PairScore(row.Text!.Length);
                }

                leaked.Add(row.Id);
                return new PairScore(double.NaN);
            };
        });

        Assert.That(leaked, Is.Empty);
        Assert.That(fitted.Scores, Has.None.NaN);
        Assert.That(fitted.Folds.GroupBy(static fold => fold).Select(static group => group.Count()), Has.All.InRange(14, 16));
    }

    [Test]
    public void OrderPerUsd_LearnsNothingFromARowAboutItself()
    {
        // Scores are all alike, so the gain of a part is the mean gain of the other parts; a row that saw itself would differ.
        PairRows rows = PairRows.Create([.. Enumerable.Range(0, 40).Select(static i => Row($"{i}", $"Question {i}?", weak: i % 3 == 0 ? 1 : 0))], "strong", "weak");
        PairCrossFit fitted = PairCrossFit.Run(rows, [], folds: 4, seed: 1, static _ => static _ => new PairScore(1));

        double[] order = fitted.OrderPerUsd();

        foreach (int part in fitted.Folds.Distinct())
        {
            int[] others = [.. Enumerable.Range(0, 40).Where(i => fitted.Folds[i] != part)];
            double gain = others.Average(i => rows.Outcomes.StrongQuality[i] - rows.Outcomes.WeakQuality[i]);
            double[] gains = [.. Enumerable.Range(0, 40).Where(i => fitted.Folds[i] == part).Select(i => order[i] * 9)];
            Assert.That(gains, Has.All.EqualTo(gain).Within(1e-5), "every call of the strong model costs 9 more");
        }
    }

    [Test]
    public void OrderPerUsd_DividesByTheCostsThatTheRoutersTold()
    {
        PairRows rows = PairRows.Create([.. Enumerable.Range(0, 40).Select(static i => Row($"{i}", $"Question {i}?"))], "strong", "weak");
        PairCrossFit told = PairCrossFit.Run(rows, [], folds: 4, seed: 1, static _ => static row => new PairScore(1, 1 + int.Parse(row.Id)));
        PairCrossFit silent = PairCrossFit.Run(rows, [], folds: 4, seed: 1, static _ => static row => new PairScore(1, row.Id == "7" ? double.NaN : 1));

        double[] order = told.OrderPerUsd();

        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 40).Select(static i => 1.0 / (1 + i))).Within(1e-9), "each row's gain is 1");
        Assert.That(told.TellsCosts && told.FitNeedPerUsd().IsByWords);
        Assert.That(silent.TellsCosts, Is.False, "one router did not tell, so none is believed");
        Assert.That(silent.FitNeedPerUsd().IsByWords, Is.False);
    }

    [Test]
    public void For_ARouterThatTellsNoCosts_TakesThemFromTheLength()
    {
        PairRows rows = PairRows.Create([.. Enumerable.Range(0, 40).Select(static i => Row($"{i}", $"Question {i}?"))], "strong", "weak");
        PairCrossFit told = PairCrossFit.Run(rows, [], folds: 4, seed: 1, static _ => static _ => new PairScore(1, 1));

        PairCrossFit without = told.For(Learnt.Pair.Value);

        Assert.That(Learnt.Pair.Value.TellsCosts, Is.False);
        Assert.That(without.FitNeedPerUsd().IsByWords, Is.False);
        Assert.That(without.Scores, Is.EqualTo(told.Scores));
        Assert.That(told.For(Learnt.Costed.Value), Is.SameAs(told));
    }

    [Test]
    public void SameSeed_CutsAlike()
    {
        PairRows rows = PairRows.Create([.. Enumerable.Range(0, 30).Select(static i => Row($"{i}", $"Question {i}?"))], "strong", "weak");

        PairCrossFit one = PairCrossFit.Run(rows, [], 3, seed: 5, static _ => static _ => new PairScore(0));
        PairCrossFit two = PairCrossFit.Run(rows, [], 3, seed: 5, static _ => static _ => new PairScore(0));
        PairCrossFit other = PairCrossFit.Run(rows, [], 3, seed: 6, static _ => static _ => new PairScore(0));

        Assert.That(two.Folds, Is.EqualTo(one.Folds));
        Assert.That(other.Folds, Is.Not.EqualTo(one.Folds));
    }

    [Test]
    public void OneQuestionManyTimes_IsRefused()
    {
        PairRows rows = PairRows.Create([.. Enumerable.Range(0, 10).Select(static i => Row($"{i}", "The same?"))], "strong", "weak");

        Assert.That(() => PairCrossFit.Run(rows, [], 2, 1, static _ => static _ => new PairScore(0)), Throws.TypeOf<LabelledDataException>().With.Message.Contains("same question"));
    }

    [Test]
    public void UnknownModel_IsRefusedWithTheNamesThereAre()
    {
        LabelledRequest[] requests = [Row("1", "a")];

        Assert.That(() => PairRows.Create(requests, "strnog", "weak"), Throws.TypeOf<LabelledDataException>().With.Message.Contains("'strnog'").And.Message.Contains("'strong', 'weak'"));
        Assert.That(() => PairRows.Create([], "strong", "weak"), Throws.TypeOf<LabelledDataException>());
    }

    [Test]
    public void RowsThatLackOneModel_AreLeftOut()
    {
        LabelledRequest alone = Row("2", "b") with { Scores = new Dictionary<string, double> { ["strong"] = 1 }.ToFrozenDictionary() };

        PairRows rows = PairRows.Create([Row("1", "a"), alone], "strong", "weak");

        Assert.That(rows.Requests.Select(static row => row.Id), Is.EqualTo(new[] { "1" }));
    }

    private static string Stem(string text) => text.Split('\n')[0];

    private static LabelledRequest Row(string id, string text, double weak = 0) => new()
    {
        Id = id,
        Text = text,
        Scores = new Dictionary<string, double> { ["strong"] = 1, ["weak"] = weak }.ToFrozenDictionary(),
        Costs = new Dictionary<string, double?> { ["strong"] = 10, ["weak"] = 1 }.ToFrozenDictionary(),
    };
}
