using LlmRouting.Onnx.Training.Evaluation;

namespace LlmRouting.Onnx.Tests.Training.Evaluation;

public sealed class RankStatisticsTests
{
    [Test]
    public void Auc_IsTheShareOfPairsInOrder_AndTiesCountHalf()
    {
        Assert.That(RankStatistics.Auc([1, 2, 3, 4], [0, 1, 0, 1]), Is.EqualTo(0.75));
        Assert.That(RankStatistics.Auc([1, 1, 1], [0, 1, 1]), Is.EqualTo(0.5));
        Assert.That(RankStatistics.Auc([1, 9, 2], [0, 0.5, 1]), Is.EqualTo(1), "a label between the two classes is left out");
        Assert.That(RankStatistics.Auc([1, 2], [1, 1]), Is.NaN);
    }

    [Test]
    public void Spearman_LooksAtRanksAlone()
    {
        Assert.That(RankStatistics.Spearman([1, 2, 3], [10, 1000, 1001]), Is.EqualTo(1).Within(1e-12));
        Assert.That(RankStatistics.Spearman([1, 2, 3], [3, 2, 1]), Is.EqualTo(-1).Within(1e-12));
        Assert.That(RankStatistics.Spearman([1, 2, 3, 4], [1, 1, 2, 2]), Is.EqualTo(0.8944).Within(1e-4));
        Assert.That(RankStatistics.Spearman([1, 1], [1, 2]), Is.NaN);
    }
}
