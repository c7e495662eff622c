namespace Jianwei.Core.Text;

/// <summary>The sentences of a Chinese or English text. Their concatenation is the text, but for white space between them.</summary>
public static class Sentences
{
    private const string Closing = "”’」』)】》\"'";

    // A full stop after these, or after a single letter, ends nothing.
    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "no", "nos", "inc", "ltd", "co", "corp", "plc", "bros", "mr", "mrs", "ms", "dr", "prof", "jr", "sr", "st", "vs",
        "art", "sec", "para", "dept", "approx",
    };

    /// <summary>Splits a text that is in form KC.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var sentences = new List<string>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!Ends(text, start, i))
            {
                continue;
            }

            while (i + 1 < text.Length && Closing.Contains(text[i + 1]))
            {
                i++;
            }

            // A number of a list, or a mark, belongs to what follows.
            if (text.AsSpan(start, i + 1 - start).IndexOfAnyLetters() >= 0)
            {
                Add(sentences, text[start..(i + 1)]);
                start = i + 1;
            }
        }

        Add(sentences, text[start..]);
        return sentences;
    }

    private static void Add(List<string> sentences, string part)
    {
        if (part.Trim() is { Length: > 0 } sentence)
        {
            sentences.Add(sentence);
        }
    }

    private static bool Ends(string text, int start, int i) => text[i] switch
    {
        '。' or '\n' => true,
        '!' or '?' or ';' => i + 1 == text.Length || !char.IsAsciiLetterOrDigit(text[i + 1]),
        '.' => EndsWithStop(text, start, i),
        _ => false,
    };

    private static bool EndsWithStop(string text, int start, int i)
    {
        if (i + 1 < text.Length && !char.IsWhiteSpace(text[i + 1]) && !Closing.Contains(text[i + 1]))
        {
            return false;
        }

        var word = i;
        while (word > start && char.IsLetter(text[word - 1]))
        {
            word--;
        }

        return !(i - word == 1 && char.IsAsciiLetter(text[word])) && !Abbreviations.Contains(text[word..i]);
    }

    private static int IndexOfAnyLetters(this ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsLetter(text[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
