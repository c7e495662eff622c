namespace Jianwei.Scorer.Batching;

/// <summary>
/// Times as System.Text.Json writes them: <c>yyyy-MM-ddTHH:mm:ss[.f…]±HH:mm</c> (RFC 3339), up to seven digits of a second.
/// </summary>
internal static class TimeText
{
    private const int WholeSeconds = 19;
    private const int OffsetLength = 6;
    private const int FractionDigits = 7; // a tick is 100 ns

    /// <summary>False where the text is of another form, or no time.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length is < WholeSeconds + OffsetLength or > WholeSeconds + 1 + FractionDigits + OffsetLength
            || !TrySeconds(text, out var ticks) || !TryFraction(text[WholeSeconds..^OffsetLength], out var fraction)
            || !TryOffset(text[^OffsetLength..], out var offset))
        {
            return false;
        }

        ticks += fraction;
        var utc = ticks - offset.Ticks;
        if (utc < DateTime.MinValue.Ticks || utc > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new DateTimeOffset(ticks, offset);
        return true;
    }

    private static bool TrySeconds(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        var (year, month, day) = ((Two(text, 0) * 100) + Two(text, 2), Two(text, 5), Two(text, 8));
        var (hour, minute, second) = (Two(text, 11), Two(text, 14), Two(text, 17));
        var separated = text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':';
        if (!separated || year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
        {
            return false;
        }

        ticks = new DateTime(year, month, day, hour, minute, second).Ticks;
        return true;
    }

    private static bool TryFraction(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.IsEmpty)
        {
            return true;
        }

        if (text[0] != '.' || text.Length < 2)
        {
            return false;
        }

        for (var i = 1; i <= FractionDigits; i++)
        {
            var digit = i < text.Length ? text[i] - '0' : 0;
            if (digit is < 0 or > 9)
            {
                return false;
            }

            ticks = (ticks * 10) + digit;
        }

        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out TimeSpan offset)
    {
        offset = default;
        var (hours, minutes) = (Two(text, 1), Two(text, 4));
        if (text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':' || hours is < 0 or > 14 || minutes is < 0 or > 59)
        {
            return false;
        }

        var span = new TimeSpan(hours, minutes, 0);
        offset = text[0] == '-' ? -span : span;
        return span.TotalHours <= 14;
    }

    // Two digits, or a number far below 0.
    private static int Two(ReadOnlySpan<byte> text, int at)
    {
        var (tens, ones) = (text[at] - '0', text[at + 1] - '0');
        return tens is >= 0 and <= 9 && ones is >= 0 and <= 9 ? (tens * 10) + ones : -100_000;
    }
}
