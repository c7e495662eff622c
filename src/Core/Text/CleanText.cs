using System.Text;

namespace Jianwei.Core.Text;

/// <summary>Text as events carry it: form KC, no control characters, single spaces, nothing at the ends.</summary>
public static class CleanText
{
    /// <summary>One line; null where nothing is left.</summary>
    public static string? Line(string? text) => Clean(text, keepLines: false);

    /// <summary>Text of several lines; a run of white space with a line break in it becomes one line break.</summary>
    public static string? Block(string? text) => Clean(text, keepLines: true);

    /// <summary>At most so many characters, never half of a surrogate pair; an ellipsis marks a cut.</summary>
    public static string Cut(string text, int most)
    {
        if (text.Length <= most)
        {
            return text;
        }

        var end = most - 1;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), "…");
    }

    private static string? Clean(string? text, bool keepLines)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var normal = Nfkc.Normalise(text);
        var clean = IsClean(normal) ? normal : Rewrite(normal, keepLines);
        return clean.Length > 0 ? clean : null;
    }

    private static bool IsClean(string text)
    {
        if (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1]))
        {
            return false;
        }

        var space = false;
        foreach (var c in text)
        {
            if (Dropped(c) || (char.IsWhiteSpace(c) && (c != ' ' || space)))
            {
                return false;
            }

            space = c == ' ';
        }

        return true;
    }

    private static string Rewrite(string text, bool keepLines)
    {
        var clean = new StringBuilder(text.Length);
        var pending = '\0';
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                pending = keepLines && (pending == '\n' || c is '\n' or '\r' or '\u0085' or '\u2028' or '\u2029') ? '\n' : ' ';
            }
            else if (!Dropped(c))
            {
                if (pending != '\0' && clean.Length > 0)
                {
                    clean.Append(pending);
                }

                pending = '\0';
                clean.Append(c);
            }
        }

        return clean.ToString();
    }

    // White space among the control characters (tab, line breaks) separates words; the rest, and marks that show nothing, go.
    private static bool Dropped(char c) =>
        (char.IsControl(c) && !char.IsWhiteSpace(c)) || c is '\u200B' or '\u2060' or '\uFEFF' or '\u00AD';
}
