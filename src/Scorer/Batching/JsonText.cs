using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Jianwei.Scorer.Batching;

/// <summary>
/// Where JSON values end (RFC 8259). Each method takes the index of a value's first byte and gives the index after its
/// last, or -1 where it is none.
/// </summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    public static int AfterString(ReadOnlySpan<byte> text, int at)
    {
        if ((uint)at >= (uint)text.Length || text[at] != '"')
        {
            return -1;
        }

        for (at = Special(text, at + 1); (uint)at < (uint)text.Length; at = Special(text, at))
        {
            if (text[at] == '"')
            {
                return at + 1;
            }

            var escape = EscapeLength(text[at..]);
            if (escape == 0)
            {
                return -1;
            }

            at += escape;
        }

        return -1;
    }

    /// <summary>Of strings, numbers, true, false and null; not an empty one.</summary>
    public static int AfterFlatObject(ReadOnlySpan<byte> text, int at)
    {
        if (!Is(text, at, '{'))
        {
            return -1;
        }

        do
        {
            at = AfterString(text, at + 1);
            if (at < 0 || !Is(text, at, ':'))
            {
                return -1;
            }

            at = AfterPlain(text, at + 1);
        }
        while (at >= 0 && Is(text, at, ','));
        return at >= 0 && Is(text, at, '}') ? at + 1 : -1;
    }

    private static int AfterPlain(ReadOnlySpan<byte> text, int at)
    {
        if (Is(text, at, '"'))
        {
            return AfterString(text, at);
        }

        var rest = text[Math.Min(at, text.Length)..];
        if (rest.StartsWith("true"u8) || rest.StartsWith("null"u8))
        {
            return at + 4;
        }

        return rest.StartsWith("false"u8) ? at + 5 : AfterNumber(text, at);
    }

    public static int AfterNumber(ReadOnlySpan<byte> text, int at)
    {
        at += Is(text, at, '-') ? 1 : 0;
        at = Is(text, at, '0') ? at + 1 : AfterDigits(text, at);
        if (at >= 0 && Is(text, at, '.'))
        {
            at = AfterDigits(text, at + 1);
        }

        if (at < 0 || !(Is(text, at, 'e') || Is(text, at, 'E')))
        {
            return at;
        }

        at++;
        return AfterDigits(text, at + (Is(text, at, '+') || Is(text, at, '-') ? 1 : 0));
    }

    private static int AfterDigits(ReadOnlySpan<byte> text, int start)
    {
        var at = start;
        while ((uint)at < (uint)text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
        {
            at++;
        }

        return at > start ? at : -1;
    }

    private static bool Is(ReadOnlySpan<byte> text, int at, char ascii) => (uint)at < (uint)text.Length && text[at] == ascii;

    // Index of the first byte from `at` that cannot stand in a string as it is: its end, an escape, a control character. By
    // hand, because the strings of a request are 5 to 40 bytes long, where a vectorised search of the library takes 25 ns each.
    private static int Special(ReadOnlySpan<byte> text, int at)
    {
        for (; at <= text.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            var bytes = Vector128.Create(text[at..]);
            var special = (Vector128.Equals(bytes, Vector128.Create((byte)'"')) | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(bytes, Vector128.Create((byte)0x20))).ExtractMostSignificantBits();
            if (special != 0)
            {
                return at + BitOperations.TrailingZeroCount(special);
            }
        }

        while (at < text.Length && text[at] is not ((byte)'"' or (byte)'\\' or < 0x20))
        {
            at++;
        }

        return at;
    }

    // 2, 6, 12 for a surrogate pair, or 0 where it is none.
    private static int EscapeLength(ReadOnlySpan<byte> text)
    {
        if (text.Length < 2 || text[0] != '\\')
        {
            return 0;
        }

        if ("\"\\/bfnrt"u8.Contains(text[1]))
        {
            return 2;
        }

        return CodeUnit(text) switch
        {
            < 0 => 0,
            >= 0xD800 and <= 0xDBFF => CodeUnit(text[6..]) is >= 0xDC00 and <= 0xDFFF ? 12 : 0,
            >= 0xDC00 and <= 0xDFFF => 0,
            _ => 6,
        };
    }

    // Of \uXXXX, or -1.
    private static int CodeUnit(ReadOnlySpan<byte> text) =>
        text.Length >= 6 && text.StartsWith("\\u"u8) && !text[2..6].ContainsAnyExcept(HexDigits)
            && int.TryParse(text[2..6], NumberStyles.HexNumber, null, out var unit) ? unit : -1;
}
