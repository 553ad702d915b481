using System.Text.Json;

namespace LlmRouting.Core.Tests;

public sealed class TokenEstimatorTests
{
    private const double MedianBound = 0.15;
    private const double TailBound = 0.35;
    private static readonly TokenEstimator Estimator = TokenEstimator.Default;

    [Test]
    public void CountTokens_StaysNearTheTrueCountsOfO200k()
    {
        List<double> errors = [];
        double estimated = 0;
        double truth = 0;
        foreach ((string text, int tokens) in ReadGolden())
        {
            int estimate = Estimator.CountTokens(text);
            errors.Add(Math.Abs(estimate - tokens) / (double)tokens);
            estimated += estimate;
            truth += tokens;
        }

        errors.Sort();
        Assert.That(errors, Has.Count.GreaterThanOrEqualTo(40));
        Assert.That(errors[errors.Count / 2], Is.LessThan(MedianBound), "median absolute error");
        Assert.That(errors[(int)(errors.Count * 0.9)], Is.LessThan(TailBound), "ninetieth percentile");
        Assert.That(estimated / truth, Is.InRange(0.92, 1.08), "bias");
    }

    [Test]
    public void CountTokens_IsZeroForNothingAndAtLeastOneForSomething()
    {
        Assert.That(Estimator.CountTokens(""), Is.Zero);
        Assert.That(Estimator.CountTokens("a"), Is.EqualTo(1));
        Assert.That(Estimator.CountTokens(" "), Is.EqualTo(1));
    }

    [Test]
    public void CountTokens_ExtrapolatesWhatItDoesNotRead_R21()
    {
        string unit = "The quick brown fox jumps over the lazy dog. ";
        string text = string.Concat(Enumerable.Repeat(unit, 25_000));

        Assert.That(Estimator.CountTokens(text), Is.EqualTo(25_000 * 10).Within(5).Percent);
    }

    [Test]
    public void CountTokens_ReadsHeadAndTailOfALongText_R21()
    {
        string middle = new('a', 1_000_000);
        int plain = Estimator.CountTokens(middle);

        Assert.That(Estimator.CountTokens(new string('字', 1024) + middle), Is.GreaterThan(plain + 1000));
        Assert.That(Estimator.CountTokens(middle + new string('字', 1024)), Is.GreaterThan(plain + 1000));
    }

    [Test]
    public void CountTokens_AllocatesNothing()
    {
        const string text = "Some words, слова, 字 and 🎉.";
        Estimator.CountTokens(text);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 1000; i++)
        {
            Estimator.CountTokens(text);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void CountTokens_GrowsWithTheText()
    {
        string text = string.Concat(Enumerable.Repeat("Numbers 12345, names and (brackets). ", 50));
        int last = 0;
        for (int length = 0; length <= text.Length; length += 37)
        {
            int tokens = Estimator.CountTokens(text.AsSpan(0, length));
            Assert.That(tokens, Is.GreaterThanOrEqualTo(last));
            last = tokens;
        }
    }

    private static IEnumerable<(string Text, int Tokens)> ReadGolden()
    {
        using Stream stream = typeof(TokenEstimatorTests).Assembly.GetManifestResourceStream("token-counts.json")
            ?? throw new InvalidOperationException("The resource token-counts.json is missing from the test assembly.");
        using JsonDocument document = JsonDocument.Parse(stream);
        List<(string, int)> rows = [];
        foreach (JsonElement row in document.RootElement.GetProperty("texts").EnumerateArray())
        {
            rows.Add((row.GetProperty("text").GetString() ?? "", row.GetProperty("o200k_base").GetInt32()));
        }

        return rows;
    }
}
