using System.Globalization;
using LlmRouting.Testing;

namespace LlmRouting.Providers.Tests;

public sealed class RateLimitReaderTests
{
    private static readonly ManualTimeProvider Time = new(); // 2026-01-01T00:00:00Z

    [TestCase("6m0s", "00:06:00")]
    [TestCase("1.5s", "00:00:01.5")]
    [TestCase("20ms", "00:00:00.020")]
    [TestCase("1h2m3.25s", "01:02:03.25")]
    [TestCase("1d", "1.00:00:00")]
    [TestCase("0s", "00:00:00")]
    [TestCase("", null)]
    [TestCase("5", null, Description = "no unit")]
    [TestCase("s", null)]
    [TestCase("1m2", null)]
    [TestCase("-1s", null)]
    [TestCase("400d", null, Description = "longer than any service means")]
    [TestCase("soon", null)]
    public void Duration_IsReadAsOpenAIWritesIt_R8(string text, string? expected) =>
        Assert.That(
            RateLimitReader.Read(Find(("x-ratelimit-remaining-requests", "3"), ("x-ratelimit-reset-requests", text)), Time)?.RequestsResetAfter, Is.EqualTo(Parse(expected)));

    [TestCase("2026-01-01T00:00:30Z", "00:00:30")]
    [TestCase("2026-01-01T00:00:30.5Z", "00:00:30.5")]
    [TestCase("2026-01-01T01:00:30+01:00", "00:00:30")]
    [TestCase("2025-12-31T23:59:00Z", "00:00:00", Description = "has passed")]
    [TestCase("9999-12-31T23:59:59Z", null)]
    [TestCase("2026-13-01T00:00:00Z", null)]
    [TestCase("30", null)]
    public void Date_IsReadAsAnthropicWritesIt_R8(string text, string? expected) =>
        Assert.That(
            RateLimitReader.Read(Find(("anthropic-ratelimit-tokens-remaining", "3"), ("anthropic-ratelimit-tokens-reset", text)), Time)?.TokensResetAfter, Is.EqualTo(Parse(expected)));

    [TestCase("-1")]
    [TestCase("many")]
    [TestCase("1.5")]
    [TestCase("")]
    public void Count_ThatIsNoneSaysNothing(string text) =>
        Assert.That(RateLimitReader.Read(Find(("x-ratelimit-remaining-requests", text), ("x-ratelimit-reset-requests", "1s")), Time), Is.Null);

    private static Func<string, string?> Find(params (string Name, string Value)[] headers) =>
        name => headers.Where(header => header.Name == name).Select(static header => header.Value).FirstOrDefault();

    private static TimeSpan? Parse(string? text) => text is null ? null : TimeSpan.Parse(text, CultureInfo.InvariantCulture);
}
