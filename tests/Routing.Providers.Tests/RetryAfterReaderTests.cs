using LlmRouting.Testing;

namespace LlmRouting.Providers.Tests;

public sealed class RetryAfterReaderTests
{
    private readonly ManualTimeProvider _clock = new(); // 2026-01-01T00:00:00Z, a Thursday

    [TestCase("Thu, 01 Jan 2026 00:00:30 GMT")]
    [TestCase("Thursday, 01-Jan-26 00:00:30 GMT")]
    [TestCase("Thu Jan  1 00:00:30 2026")]
    [Description("R8: whoever reads a date of HTTP understands all three ways to write it")]
    public void Date_IsReadAsHttpMayWriteIt(string date) =>
        Assert.That(RetryAfterReader.Read(name => name == "retry-after" ? date : null, _clock), Is.EqualTo(TimeSpan.FromSeconds(30)));

    [TestCase("Thu, 01 Jan 2026 00:00:30")]
    [TestCase("01/03/2026")]
    [TestCase("NaN")]
    [TestCase("Infinity")]
    [TestCase("")]
    public void Date_ThatIsNone_SaysNothing(string date) =>
        Assert.That(RetryAfterReader.Read(name => name == "retry-after" ? date : null, _clock), Is.Null);
}
