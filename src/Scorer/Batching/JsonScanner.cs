namespace Jianwei.Scorer.Batching;

/// <summary>
/// Steps through JSON whose form is known beforehand. Each step says whether it could be taken; it refuses what it need not
/// know (nested values).
/// </summary>
internal ref struct JsonScanner(byte[] text)
{
    private readonly ReadOnlySpan<byte> _text = text;

    public byte[] Text { get; } = text;

    public int At { get; private set; }

    public readonly bool AtEnd => At == _text.Length;

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
        var end = JsonText.AfterString(_text, At);
        content = end < 0 ? default : _text[(At + 1)..(end - 1)];
        At = end < 0 ? At : end;
        return end >= 0;
    }

    /// <summary>A whole number from 0, of at most 18 digits, with another field after it.</summary>
    public bool TakeWhole(out long value)
    {
        value = 0;
        var start = At;
        while (At < _text.Length && _text[At] is >= (byte)'0' and <= (byte)'9' && At - start < 18)
        {
            value = (value * 10) + (_text[At++] - '0');
        }

        var digits = At - start;
        return digits > 0 && (digits == 1 || _text[start] != '0') && At < _text.Length && _text[At] == ',';
    }

    /// <summary>A number.</summary>
    public bool TakeNumber()
    {
        var end = JsonText.AfterNumber(_text, At);
        At = end < 0 ? At : end;
        return end >= 0;
    }

    /// <summary>An object of strings, numbers, true, false and null; not an empty one.</summary>
    public bool TakeFlatObject()
    {
        var end = JsonText.AfterFlatObject(_text, At);
        At = end < 0 ? At : end;
        return end >= 0;
    }
}
