using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LlmRouting.Budgets;

/// <summary>Divides time into the windows that a budget's limit holds for.</summary>
/// <remarks>Thread-safe. Windows are aligned to the calendar, not to the first call, so that every process agrees on them.</remarks>
public sealed class BudgetWindow
{
    /// <summary>How long an account without an end is kept after it was last used.</summary>
    internal static readonly TimeSpan LifetimeIdle = TimeSpan.FromDays(7);

    private readonly TimeZoneInfo _zone;
    private volatile Span? _current;

    private BudgetWindow(BudgetPeriod period, TimeSpan length, TimeZoneInfo? zone)
    {
        Period = period;
        Length = length;
        _zone = zone ?? TimeZoneInfo.Utc;
    }

    /// <summary>Gets the window of one request.</summary>
    public static BudgetWindow Request { get; } = new(BudgetPeriod.Request, TimeSpan.Zero, null);

    /// <summary>Gets the window without an end; an account that nobody used for seven days is forgotten.</summary>
    public static BudgetWindow Lifetime { get; } = new(BudgetPeriod.Lifetime, TimeSpan.Zero, null);

    /// <summary>Gets how often an account starts again.</summary>
    public BudgetPeriod Period { get; }

    /// <summary>Gets the length of a custom window.</summary>
    /// <value>Zero for the other periods.</value>
    public TimeSpan Length { get; }

    /// <summary>Gets windows of an hour, a day or a month.</summary>
    /// <param name="period">Hour, day or month.</param>
    /// <param name="zone">The time zone whose midnight counts; null means UTC.</param>
    /// <returns>The window.</returns>
    /// <exception cref="ArgumentException">The period is another one.</exception>
    public static BudgetWindow Every(BudgetPeriod period, TimeZoneInfo? zone = null) =>
        period is BudgetPeriod.Hour or BudgetPeriod.Day or BudgetPeriod.Month
            ? new(period, TimeSpan.Zero, zone)
            : throw new ArgumentException($"The period is {period}; it must be Hour, Day or Month.", nameof(period));

    /// <summary>Gets windows of one length, counted from 1970-01-01T00:00Z.</summary>
    /// <param name="length">At least one second.</param>
    /// <returns>The window.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The length is shorter than one second.</exception>
    public static BudgetWindow Every(TimeSpan length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TimeSpan.FromSeconds(1));
        return new(BudgetPeriod.Custom, length, null);
    }

    /// <summary>Reads a window as the configuration writes it.</summary>
    /// <param name="text"><c>request</c>, <c>hour</c>, <c>day</c>, <c>month</c>, <c>lifetime</c> or <c>conversation</c>, or a length such as <c>7.00:00:00</c>.</param>
    /// <param name="zone">The time zone whose midnight counts; null means UTC.</param>
    /// <param name="window">The window.</param>
    /// <returns>False when the text names no window.</returns>
    public static bool TryParse(string? text, TimeZoneInfo? zone, [NotNullWhen(true)] out BudgetWindow? window)
    {
        window = text?.Trim().ToUpperInvariant() switch
        {
            "REQUEST" => Request,
            "HOUR" => Every(BudgetPeriod.Hour, zone),
            "DAY" => Every(BudgetPeriod.Day, zone),
            "MONTH" => Every(BudgetPeriod.Month, zone),
            "LIFETIME" or "CONVERSATION" => Lifetime,
            { } length when TimeSpan.TryParse(length, CultureInfo.InvariantCulture, out TimeSpan time) && time >= TimeSpan.FromSeconds(1) => Every(time),
            _ => null,
        };
        return window is not null;
    }

    /// <summary>Finds the window that holds a moment.</summary>
    /// <param name="moment">The moment.</param>
    /// <returns>Its start, and its end: the first moment of the next.</returns>
    public (DateTimeOffset Start, DateTimeOffset End) At(DateTimeOffset moment)
    {
        Span? span = _current;
        if (span is null || moment < span.Start || moment >= span.End)
        {
            _current = span = Find(moment);
        }

        return (span.Start, span.End);
    }

    /// <inheritdoc/>
    public override string ToString() => Period == BudgetPeriod.Custom ? Length.ToString("c", CultureInfo.InvariantCulture) : Period.ToString();

    private Span Find(DateTimeOffset moment)
    {
        switch (Period)
        {
            case BudgetPeriod.Custom:
                long ticks = moment.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
                long index = Math.DivRem(ticks, Length.Ticks, out long rest) - (rest < 0 ? 1 : 0);
                DateTimeOffset start = DateTimeOffset.UnixEpoch.AddTicks(index * Length.Ticks);
                return new(start, start + Length);

            case BudgetPeriod.Hour:
                // An hour is an hour in every zone but those half an hour off; local time makes it right there too.
                DateTimeOffset local = TimeZoneInfo.ConvertTime(moment, _zone);
                DateTimeOffset hour = new DateTimeOffset(local.Year, local.Month, local.Day, local.Hour, 0, 0, local.Offset).ToUniversalTime();
                return new(hour, hour.AddHours(1));

            case BudgetPeriod.Day:
                DateTime day = TimeZoneInfo.ConvertTime(moment, _zone).Date;
                return new(ToUtc(day), ToUtc(day.AddDays(1)));

            case BudgetPeriod.Month:
                DateTime today = TimeZoneInfo.ConvertTime(moment, _zone).Date;
                DateTime first = today.AddDays(1 - today.Day);
                return new(ToUtc(first), ToUtc(first.AddMonths(1)));

            default:
                return new(DateTimeOffset.MinValue, DateTimeOffset.MaxValue);
        }
    }

    // Where summer time begins at midnight, that midnight does not exist: the day starts when the clock goes on.
    private DateTimeOffset ToUtc(DateTime local)
    {
        while (_zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(15);
        }

        // Where it ends at midnight the hour comes twice, and the day starts with the first: the larger offset is the earlier moment.
        TimeSpan offset = _zone.IsAmbiguousTime(local) ? _zone.GetAmbiguousTimeOffsets(local).Max() : _zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }

    private sealed record Span(DateTimeOffset Start, DateTimeOffset End);
}
