using System.Buffers.Text;

namespace Jianwei.Featurizer.Events;

/// <summary>Values in the one form that <see cref="Core.Contracts.Wire"/> gives them; other forms of a value are left to it.</summary>
internal static class CanonicalValues
{
    private const int WholeSeconds = 19; // yyyy-MM-ddTHH:mm:ss
    private const int FractionDigits = 7; // a tick is 100 ns

    // Whole numbers of so many digits are doubles and are written as they are, without an exponent.
    private const int WholeDigits = 14;

    /// <summary>A time in UTC, in seconds since 1970 as the state counts it.</summary>
    public static bool TryTime(ReadOnlySpan<byte> text, out uint seconds)
    {
        seconds = 0;
        if (!text.EndsWith("+00:00"u8) || !IsFraction(text[..^6]))
        {
            return false;
        }

        var (year, month, day) = ((Two(text, 0) * 100) + Two(text, 2), Two(text, 5), Two(text, 8));
        var (hour, minute, second) = (Two(text, 11), Two(text, 14), Two(text, 17));
        var separated = text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' && text[16] == ':';
        if (!separated || year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59)
        {
            return false;
        }

        var since = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc) - DateTime.UnixEpoch;
        seconds = (uint)Math.Clamp(since.Ticks / TimeSpan.TicksPerSecond, 0, uint.MaxValue);
        return true;
    }

    /// <summary>An amount as the state keeps it; NaN where there is none.</summary>
    public static bool TryAmount(ReadOnlySpan<byte> text, out float amount)
    {
        amount = float.NaN;
        if (text.IsEmpty)
        {
            return true;
        }

        var digits = text[0] == '-' ? text[1..] : text;
        if (digits.IsEmpty || digits.Length > WholeDigits + 2 || digits.ContainsAnyExcept("0123456789."u8))
        {
            return false;
        }

        if (!Utf8Parser.TryParse(text, out double value, out var read) || read != text.Length)
        {
            return false;
        }

        amount = (float)value;
        return IsWhole(digits) || IsWrittenAs(value, text);
    }

    private static bool IsWhole(ReadOnlySpan<byte> digits) =>
        digits.Length <= WholeDigits && digits[0] != '0' && !digits.Contains((byte)'.');

    private static bool IsWrittenAs(double value, ReadOnlySpan<byte> text)
    {
        Span<byte> written = stackalloc byte[32];
        return Utf8Formatter.TryFormat(value, written, out var length) && written[..length].SequenceEqual(text);
    }

    // Nothing, or a point and digits of which the last is not 0.
    private static bool IsFraction(ReadOnlySpan<byte> withoutOffset)
    {
        if (withoutOffset.Length <= WholeSeconds)
        {
            return withoutOffset.Length == WholeSeconds;
        }

        var digits = withoutOffset[(WholeSeconds + 1)..];
        return withoutOffset[WholeSeconds] == '.' && digits.Length is > 0 and <= FractionDigits
            && digits[^1] != '0' && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    // Two digits, or a number far below 0.
    private static int Two(ReadOnlySpan<byte> text, int at)
    {
        var (tens, ones) = (text[at] - '0', text[at + 1] - '0');
        return tens is >= 0 and <= 9 && ones is >= 0 and <= 9 ? (tens * 10) + ones : -100_000;
    }
}
