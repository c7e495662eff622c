namespace Jianwei.Simulator.World;

/// <summary>The world's months: calendar months in UTC, numbered from 0. Times are seconds since 1970.</summary>
public sealed class Calendar
{
    /// <summary>Months of a year, and of the horizon of the probability of default.</summary>
    public const int Year = 12;

    public const long Day = 86_400;

    private const double SecondsOfYear = 365.25 * Day;

    private readonly long[] starts;

    /// <param name="start">First of January.</param>
    /// <param name="months">Months with events.</param>
    public Calendar(DateOnly start, int months)
    {
        Months = months;
        starts = [.. Enumerable.Range(0, months + Year + 1).Select(m => Seconds(start.AddMonths(m)))];
    }

    /// <summary>Months with events; a year more is simulated for the labels.</summary>
    public int Months { get; }

    /// <summary>Months with health.</summary>
    public int LabelMonths => Months + Year;

    /// <summary>The end of the events: nothing is observed then or later.</summary>
    public long End => starts[Months];

    public long Start(int month) => starts[month];

    /// <summary>The first second after the month: the as-of of its row.</summary>
    public long EndOf(int month) => starts[month + 1];

    public long LengthOf(int month) => starts[month + 1] - starts[month];

    /// <summary>The month's length in years of 365.25 days.</summary>
    public double YearsOf(int month) => LengthOf(month) / SecondsOfYear;

    /// <summary>The month that holds a time; a time outside is put to the nearest month.</summary>
    public int MonthOf(long time)
    {
        var found = Array.BinarySearch(starts, time);
        return Math.Clamp(found >= 0 ? found : ~found - 1, 0, LabelMonths - 1);
    }

    /// <summary>January is 0, as worlds begin in January.</summary>
    public static int MonthOfYear(int month) => month % Year;

    public static DateTimeOffset TimeOf(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);

    private static long Seconds(DateOnly day) => new DateTimeOffset(day, default, TimeSpan.Zero).ToUnixTimeSeconds();
}
