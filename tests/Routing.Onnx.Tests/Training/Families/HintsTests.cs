using System.Collections.Frozen;
using System.Collections.Immutable;
using LlmRouting.Onnx.Training.Data;
using LlmRouting.Onnx.Training.Families;
using LlmRouting.Onnx.Training.Numerics;

namespace LlmRouting.Onnx.Tests.Training.Families;

public sealed class HintsTests
{
    private static readonly ImmutableArray<ImmutableArray<string>> OfPair = [["strong", "weak"]];

    [Test]
    public void Read_FindsNothingWhereThereIsNeitherGroupNorOtherModel()
    {
        LabelledRequest[] requests = [Request(null, ("strong", 1), ("weak", 0)), Request(null, ("strong", 1), ("weak", 1))];

        Assert.That(Hints.Read(requests, OfPair), Is.Null);
    }

    [Test]
    public void Read_OneGroupTellsNothing()
    {
        LabelledRequest[] requests = [Request("law", ("strong", 1), ("weak", 0)), Request("law", ("strong", 1), ("weak", 1))];

        Assert.That(Hints.Read(requests, OfPair), Is.Null);
    }

    [Test]
    [Description("S23: no target is learned from its own results.")]
    public void Read_GivesNoTargetItsOwnResults()
    {
        LabelledRequest[] requests =
        [
            Request("law", ("strong", 1), ("weak", 0), ("other", 1)), Request("law", ("strong", 0), ("weak", 0), ("other", 0)),
            Request("art", ("strong", 1), ("weak", 1), ("other", 1)), Request("art", ("strong", 1), ("weak", 0), ("other", 0)),
        ];

        Hints hints = Hints.Read(requests, [["strong", "weak"], ["other"]])!; // There are groups.

        // Groups art and law, models other, strong and weak, a square for each target: equally frequent names stand in alphabetical order.
        Assert.That(hints.Values.Columns, Is.EqualTo(7));
        Assert.That(hints.Columns[0], Is.EqualTo(new[] { 0, 1, 2, 5 }));
        Assert.That(hints.Columns[1], Is.EqualTo(new[] { 0, 1, 3, 4, 6 }));
        Assert.That(hints.Values[0].ToArray()[..5], Is.EqualTo(new[] { 0f, 1, 0.5f, 0.25f, -0.25f }));
    }

    [Test]
    public void Read_AResultThatIsMissingOrNoNumberIsTheModelsMean()
    {
        LabelledRequest[] requests =
        [
            Request(null, ("strong", 1), ("other", 1)), Request(null, ("strong", 0), ("other", 0)),
            Request(null, ("strong", 0)), Request(null, ("strong", 1), ("other", double.NaN)),
        ];

        Hints hints = Hints.Read(requests, [["strong"]])!; // There is another model.

        Assert.That(hints.Columns[0], Is.EqualTo(new[] { 1, 2 }));
        Assert.That(Enumerable.Range(0, 4).Select(row => hints.Values[row][1]), Is.EqualTo(new[] { 0.5f, -0.5f, 0, 0 }));
    }

    [Test]
    public void Solve_FindsTheShrunkenMeanOfAGroup()
    {
        LabelledRequest[] requests = [.. Enumerable.Range(0, 60).Select(static i => Request(i % 2 == 0 ? "law" : "art", ("strong", i % 2), ("weak", 0)))];
        Hints hints = Hints.Read(requests, OfPair)!; // There are groups.
        var labels = new Matrix(60, 1);
        var known = new Matrix(60, 1);
        known.Values.Fill(1);
        for (int row = 0; row < 60; row++)
        {
            labels[row][0] = row % 2;
        }

        var table = new TrainingTable(new Matrix(60, 1), new Matrix(60, 1), labels, known, [.. Enumerable.Range(0, 60).Select(static row => row / 30)], 2);
        (double[] weights, double constant) = new HintsRegression(table, hints, 0).Solve(without: -1, new Work(1, CancellationToken.None));

        // Two opposite columns, each with a sum of squares of 15 around its mean and a penalty of 30, and -15 between them, so w = 1/4 (45 w + 15 w = 15).
        Assert.That(weights[0], Is.EqualTo(0.25).Within(1e-9));
        Assert.That(weights[1], Is.EqualTo(-0.25).Within(1e-9));
        Assert.That(constant, Is.EqualTo(0.5).Within(1e-9));
    }

    private static LabelledRequest Request(string? group, params (string Model, double Score)[] scores) => new()
    {
        Id = "r",
        Text = "text",
        Group = group,
        Scores = scores.ToFrozenDictionary(static score => score.Model, static score => score.Score),
    };
}
