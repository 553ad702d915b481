using LlmRouting.Models;

namespace LlmRouting.Core.Tests.Models;

public sealed class VersionComparerTests
{
    private static readonly string?[] InOrder =
        [null, "1", "1.0", "1.0.1", "1.2", "1.10", "2", "2025-12-31", "2026-01-02", "20260101", "99999999999999999999999", "v2", "v10"];

    [Test]
    public void Versions_AreOrderedByTheirNumbers()
    {
        for (int i = 0; i < InOrder.Length; i++)
        {
            for (int j = 0; j < InOrder.Length; j++)
            {
                Assert.That(
                    Math.Sign(VersionComparer.Instance.Compare(InOrder[i], InOrder[j])),
                    Is.EqualTo(Math.Sign(i.CompareTo(j))),
                    $"{InOrder[i]} and {InOrder[j]}");
            }
        }
    }

    [Test]
    public void LeadingZeros_DoNotCount() => Assert.That(VersionComparer.Instance.Compare("1.01", "1.1"), Is.Zero);
}
