using LlmRouting.Budgets;

namespace LlmRouting.Core.Tests.Budgets;

[Description("R17 S19")]
public sealed class BudgetWindowTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    // Summer time begins at midnight here, so that midnight of 2018-11-04 does not exist.
    private static readonly TimeZoneInfo SaoPaulo = TimeZoneInfo.FindSystemTimeZoneById("America/Sao_Paulo");

    [TestCase("hour", "2026-11-22T10:59:59Z", "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z")]
    [TestCase("day", "2026-11-22T10:59:59Z", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z")]
    [TestCase("month", "2026-02-28T23:59:59Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    [TestCase("month", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z")]
    [TestCase("00:15:00", "2026-11-22T10:44:59Z", "2026-11-22T10:30:00Z", "2026-11-22T10:45:00Z")]
    [TestCase("1.00:00:00", "2026-11-22T10:59:59Z", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z")]
    [TestCase("7.00:00:00", "1969-12-31T23:00:00Z", "1969-12-25T00:00:00Z", "1970-01-01T00:00:00Z")]
    public void At_FindsTheWindowThatHoldsAMoment(string text, string moment, string start, string end)
    {
        Assert.That(BudgetWindow.TryParse(text, zone: null, out BudgetWindow? window), Is.True);

        (DateTimeOffset Start, DateTimeOffset End) span = window!.At(DateTimeOffset.Parse(moment));

        Assert.That(span, Is.EqualTo((DateTimeOffset.Parse(start), DateTimeOffset.Parse(end))));
    }

    [Test]
    public void At_CountsTheMidnightOfItsZone()
    {
        BudgetWindow day = BudgetWindow.Every(BudgetPeriod.Day, Berlin);

        (DateTimeOffset start, DateTimeOffset end) = day.At(DateTimeOffset.Parse("2026-07-10T23:30:00Z"));

        Assert.That((start, end), Is.EqualTo((DateTimeOffset.Parse("2026-07-10T22:00:00Z"), DateTimeOffset.Parse("2026-07-11T22:00:00Z"))));
    }

    [TestCase("2026-03-29T12:00:00Z", 23)]
    [TestCase("2026-10-25T12:00:00Z", 25)]
    public void At_GivesADayOfAChangingClockItsRealLength(string moment, int hours)
    {
        (DateTimeOffset start, DateTimeOffset end) = BudgetWindow.Every(BudgetPeriod.Day, Berlin).At(DateTimeOffset.Parse(moment));

        Assert.That(end - start, Is.EqualTo(TimeSpan.FromHours(hours)));
    }

    [Test]
    public void At_StartsADayWithoutAMidnightWhenItsClockGoesOn()
    {
        (DateTimeOffset start, _) = BudgetWindow.Every(BudgetPeriod.Day, SaoPaulo).At(DateTimeOffset.Parse("2018-11-04T15:00:00Z"));

        Assert.That(start, Is.EqualTo(DateTimeOffset.Parse("2018-11-04T03:00:00Z")));
    }

    [Test]
    public void At_LeavesNoGapBetweenWindows([Values(BudgetPeriod.Hour, BudgetPeriod.Day, BudgetPeriod.Month)] BudgetPeriod period)
    {
        BudgetWindow window = BudgetWindow.Every(period, Berlin);
        DateTimeOffset moment = DateTimeOffset.Parse("2026-01-01T00:00:00Z");

        for (int i = 0; i < 400; i++)
        {
            (DateTimeOffset start, DateTimeOffset end) = window.At(moment);
            Assert.That(start, Is.LessThanOrEqualTo(moment));
            Assert.That(window.At(end).Start, Is.EqualTo(end), $"after {start:o}");
            moment = end;
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("week")]
    [TestCase("00:00:00.5")]
    [TestCase("-1.00:00:00")]
    public void TryParse_RefusesWhatIsNoWindow(string? text) =>
        Assert.That(BudgetWindow.TryParse(text, zone: null, out _), Is.False);

    [Test]
    public void Every_RefusesAPeriodThatTheCalendarDoesNotHave() =>
        Assert.That(static () => BudgetWindow.Every(BudgetPeriod.Request), Throws.ArgumentException.With.Message.Contains("Hour, Day or Month"));
}
