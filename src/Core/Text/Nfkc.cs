using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace Jianwei.Core.Text;

/// <summary>
/// Normalisation form KC (Unicode Standard Annex 15), from a table of a fixed Unicode version: the process runs without ICU,
/// where <see cref="string.Normalize()"/> does nothing beyond ASCII, and a replay must give the same text on every machine.
/// </summary>
public static class Nfkc
{
    // Hangul syllables are composed by arithmetic (section 3.12 of the standard).
    private const int SBase = 0xAC00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11A7, LCount = 19, VCount = 21, TCount = 28;
    private const int SCount = LCount * VCount * TCount;

    private static readonly FrozenDictionary<int, int[]> Decompositions;
    private static readonly FrozenDictionary<long, int> Composites;
    private static readonly FrozenDictionary<int, byte> Classes;

    // Characters of the first plane that a text in this form may lack or hold in another order: everything else is copied.
    private static readonly bool[] Suspect = new bool[0x10000];

    // Of those, what stands for one character that is above suspicion, such as full-width letters and Chinese punctuation; 0 for others.
    private static readonly char[] Plain = new char[0x10000];

    static Nfkc()
    {
        var decompositions = new Dictionary<int, int[]>();
        var composites = new Dictionary<long, int>();
        var classes = new Dictionary<int, byte>();
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("Jianwei.Core.nfkc.txt")!);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            switch (line[0])
            {
                case 'D': decompositions[Code(words[1])] = [.. words.Skip(2).Select(Code)]; break;
                case 'C': composites[Pair(Code(words[1]), Code(words[2]))] = Code(words[3]); break;
                case 'K': classes[Code(words[1])] = byte.Parse(words[2], CultureInfo.InvariantCulture); break;
            }
        }

        (Decompositions, Composites, Classes) = (decompositions.ToFrozenDictionary(), composites.ToFrozenDictionary(),
            classes.ToFrozenDictionary());
        IEnumerable<int> jamo = [.. Enumerable.Range(VBase, VCount), .. Enumerable.Range(TBase, TCount),
            .. Enumerable.Range(0xD800, 0x800)];
        IEnumerable<int> seconds = Composites.Keys.Select(pair => (int)pair);
        foreach (var code in Decompositions.Keys.Concat(Classes.Keys).Concat(seconds).Concat(jamo).Where(c => c < 0x10000))
        {
            Suspect[code] = true;
        }

        foreach (var (code, parts) in Decompositions)
        {
            if (code < 0x10000 && !Classes.ContainsKey(code) && parts is [var one and > 0 and < 0x10000] && !Suspect[one])
            {
                Plain[code] = (char)one;
            }
        }
    }

    /// <summary>The text in form KC; the same instance where it is already.</summary>
    public static string Normalise(string text) => IsSurelyNormal(text) ? text : Compose(Decompose(text));

    /// <summary>
    /// Whether a look at each UTF-16 unit alone shows that the text is in form KC. Where it does not, as for anything beyond the
    /// first plane, <see cref="Normalise"/> tells.
    /// </summary>
    public static bool IsSurelyNormal(ReadOnlySpan<char> text)
    {
        var first = text.IndexOfAnyExceptInRange('\0', '\u007F');
        if (first >= 0)
        {
            foreach (var c in text[first..])
            {
                if (Suspect[c])
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>
    /// Writes the text in form KC where that takes one unit for each, as for most Chinese text: allocates nothing. What is
    /// written counts only if the answer is true; <see cref="Normalise"/> tells otherwise.
    /// </summary>
    /// <param name="text">Any UTF-16.</param>
    /// <param name="normal">At least as long.</param>
    public static bool TryFold(ReadOnlySpan<char> text, Span<char> normal)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (Suspect[c] && (c = Plain[c]) == 0)
            {
                return false;
            }

            normal[i] = c;
        }

        return true;
    }

    private static List<int> Decompose(string text)
    {
        var codes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Decompositions.TryGetValue(rune.Value, out var parts))
            {
                codes.AddRange(parts);
            }
            else if (rune.Value - SBase is >= 0 and < SCount)
            {
                AddSyllable(codes, rune.Value - SBase);
            }
            else
            {
                codes.Add(rune.Value);
            }
        }

        Order(codes);
        return codes;
    }

    private static void AddSyllable(List<int> codes, int syllable)
    {
        codes.Add(LBase + (syllable / (VCount * TCount)));
        codes.Add(VBase + (syllable % (VCount * TCount) / TCount));
        if (syllable % TCount > 0)
        {
            codes.Add(TBase + (syllable % TCount));
        }
    }

    // Runs of combining characters are sorted by class, stably.
    private static void Order(List<int> codes)
    {
        for (var i = 1; i < codes.Count; i++)
        {
            var (code, rank) = (codes[i], Class(codes[i]));
            var at = i;
            for (; rank > 0 && at > 0 && Class(codes[at - 1]) > rank; at--)
            {
                codes[at] = codes[at - 1];
            }

            codes[at] = code;
        }
    }

    private static string Compose(List<int> codes)
    {
        var (starter, last, count) = (-1, 0, 0); // place of the last starter; class of the last one kept after it; how many are kept
        for (var i = 0; i < codes.Count; i++)
        {
            var (code, rank) = (codes[i], Class(codes[i]));
            var blocked = starter >= 0 && starter < count - 1 && (last >= rank || last == 0);
            if (starter >= 0 && !blocked && Composite(codes[starter], code) is { } composite)
            {
                codes[starter] = composite;
                continue;
            }

            codes[count] = code;
            (starter, last) = (rank == 0 ? count : starter, rank);
            count++;
        }

        var text = new StringBuilder(count);
        for (var i = 0; i < count; i++)
        {
            text.Append(new Rune(codes[i]));
        }

        return text.ToString();
    }

    private static int? Composite(int first, int second)
    {
        if (first - LBase is >= 0 and < LCount && second - VBase is >= 0 and < VCount)
        {
            return SBase + ((((first - LBase) * VCount) + (second - VBase)) * TCount);
        }

        if (first - SBase is >= 0 and < SCount && (first - SBase) % TCount == 0 && second - TBase is > 0 and < TCount)
        {
            return first + (second - TBase);
        }

        return Composites.TryGetValue(Pair(first, second), out var composite) ? composite : null;
    }

    private static int Class(int code) => Classes.GetValueOrDefault(code);

    private static long Pair(int first, int second) => ((long)first << 32) | (uint)second;

    private static int Code(string hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
