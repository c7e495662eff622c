using System.Buffers;

namespace Jianwei.Scorer.Batching;

/// <summary>Steps through JSON whose form is known beforehand. Each step says whether it could be taken; it refuses what it need not know (nested values).</summary>
internal ref struct JsonScanner(byte[] text)
{
    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private readonly ReadOnlySpan<byte> _text = text;

    public byte[] Text { get; } = text;

    public int At { get; private set; }

    /// <summary>A place to come back to; the caller's.</summary>
    public int Mark { get; set; }

    public readonly bool AtEnd => At == _text.Length;

    private readonly byte Next => At < _text.Length ? _text[At] : (byte)0;

    /// <summary>These bytes.</summary>
    public bool Take(ReadOnlySpan<byte> literal)
    {
        if (!_text[At..].StartsWith(literal))
        {
            return false;
        }

        At += literal.Length;
        return true;
    }

    /// <summary>That many bytes, whatever they are.</summary>
    public bool TakeBytes(int count, out ReadOnlySpan<byte> bytes)
    {
        bytes = _text.Length - At >= count ? _text.Slice(At, count) : default;
        At += bytes.Length;
        return bytes.Length == count;
    }

    /// <summary>A string; what is between its quotes, escapes as they stand.</summary>
    public bool TakeString(out ReadOnlySpan<byte> content)
    {
        content = default;
        if (Next != '"')
        {
            return false;
        }

        var start = At + 1;
        for (var at = start; ;)
        {
            var step = StringEnd.IndexOfSpecial(_text[at..]);
            if (step < 0)
            {
                return false;
            }

            at += step;
            if (_text[at] == '"')
            {
                content = _text[start..at];
                At = at + 1;
                return true;
            }

            var escape = EscapeLength(_text[at..]);
            if (escape == 0)
            {
                return false;
            }

            at += escape;
        }
    }

    /// <summary>A whole number from 0 to 18 digits long.</summary>
    public bool TakeWhole(out long value)
    {
        value = 0;
        var start = At;
        while (Next is >= (byte)'0' and <= (byte)'9' && At - start < 18)
        {
            value = (value * 10) + (_text[At++] - '0');
        }

        var digits = At - start;
        return digits > 0 && (digits == 1 || _text[start] != '0') && Next is (byte)',' or (byte)'}';
    }

    /// <summary>An object of strings, numbers, true, false and null.</summary>
    public bool TakeFlatObject()
    {
        if (!Take("{"u8))
        {
            return false;
        }

        do
        {
            if (!TakeString(out _) || !Take(":"u8) || !TakePlain())
            {
                return false;
            }
        }
        while (Take(","u8));
        return Take("}"u8);
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
            && int.TryParse(text[2..6], System.Globalization.NumberStyles.HexNumber, null, out var unit) ? unit : -1;

    private bool TakePlain() => Next switch
    {
        (byte)'"' => TakeString(out _),
        (byte)'t' => Take("true"u8),
        (byte)'f' => Take("false"u8),
        (byte)'n' => Take("null"u8),
        _ => TakeNumber(),
    };

    // RFC 8259, section 6.
    private bool TakeNumber()
    {
        Take("-"u8);
        if (!Take("0"u8) && !TakeDigits())
        {
            return false;
        }

        if (Take("."u8) && !TakeDigits())
        {
            return false;
        }

        if (Next is not ((byte)'e' or (byte)'E'))
        {
            return true;
        }

        At++;
        At += Next is (byte)'+' or (byte)'-' ? 1 : 0;
        return TakeDigits();
    }

    private bool TakeDigits()
    {
        var start = At;
        while (Next is >= (byte)'0' and <= (byte)'9')
        {
            At++;
        }

        return At > start;
    }
}
