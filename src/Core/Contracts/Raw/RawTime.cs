using System.Globalization;

namespace Jianwei.Core.Contracts.Raw;

/// <summary>
/// Times on the wire: an RFC 3339 date-time (<c>2024-03-01T08:30:00.5+08:00</c>) or a plain date (<c>2024-03-01</c>, midnight
/// UTC). The shape is the schema's business; whether the day exists and is not absurd is normalisation's.
/// </summary>
public static class RawTime
{
    /// <summary>What the shape allows, in words.</summary>
    public const string Shape = "an RFC 3339 date-time such as 2024-03-01T08:30:00Z, or a date such as 2024-03-01";

    /// <summary>What a time allows, in words.</summary>
    public const string Range = "a day that exists, from 1970-01-01 to 2100-01-01";

    public static readonly DateTimeOffset Earliest = new(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly DateTimeOffset Latest = new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Whether the text has the shape that the schema asks for.</summary>
    public static bool HasShape(ReadOnlySpan<char> text) => HasDateShape(text) && (text.Length == 10 || HasTimeShape(text[10..]));

    /// <summary>The instant in UTC; false where the text has not the shape, the day does not exist or it is outside the range.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        if (!HasShape(text))
        {
            return false;
        }

        var (year, month, day) = (Number(text[..4]), Number(text[5..7]), Number(text[8..10]));
        if (year is < 1969 or > 2100 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        time = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero);
        if (text.Length > 10)
        {
            time += TimeOfDay(text[11..]);
        }

        return time >= Earliest && time <= Latest;
    }

    /// <summary>Text that <see cref="TryParse"/> reads: a plain date at midnight UTC, else a date-time.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.TimeOfDay == TimeSpan.Zero
        ? time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    private static bool HasDateShape(ReadOnlySpan<char> text) =>
        text.Length >= 10 && Digits(text[..4]) && text[4] == '-' && Within(text[5..7], 1, 12) && text[7] == '-'
            && Within(text[8..10], 1, 31);

    // 'T' HH:mm:ss [. 1 to 9 digits] ('Z' | ±HH:mm); a leap second is :60.
    private static bool HasTimeShape(ReadOnlySpan<char> text)
    {
        if (text.Length < 10 || text[0] is not ('T' or 't') || text[3] != ':' || text[6] != ':'
            || !Within(text[1..3], 0, 23) || !Within(text[4..6], 0, 59) || !Within(text[7..9], 0, 60))
        {
            return false;
        }

        var rest = text[9..];
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 9)
            {
                return false;
            }

            rest = rest[(digits + 1)..];
        }

        return rest is "Z" or "z"
            || (rest.Length == 6 && rest[0] is '+' or '-' && rest[3] == ':' && Within(rest[1..3], 0, 23) && Within(rest[4..6], 0, 59));
    }

    private static TimeSpan TimeOfDay(ReadOnlySpan<char> text)
    {
        var time = new TimeSpan(Number(text[..2]), Number(text[3..5]), Number(text[6..8]));
        var rest = text[8..];
        if (rest[0] == '.')
        {
            var digits = rest[1..].IndexOfAnyExceptInRange('0', '9');
            for (var (i, ticks) = (0, TimeSpan.TicksPerSecond / 10); i < digits; i++, ticks /= 10)
            {
                time += TimeSpan.FromTicks((rest[1 + i] - '0') * ticks);
            }

            rest = rest[(digits + 1)..];
        }

        return rest.Length == 1 ? time : time - (new TimeSpan(Number(rest[1..3]), Number(rest[4..6]), 0) * (rest[0] == '-' ? -1 : 1));
    }

    private static bool Within(ReadOnlySpan<char> text, int least, int most) =>
        Digits(text) && Number(text) >= least && Number(text) <= most;

    private static bool Digits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');

    private static int Number(ReadOnlySpan<char> text)
    {
        var number = 0;
        foreach (var c in text)
        {
            number = (number * 10) + (c - '0');
        }

        return number;
    }
}
