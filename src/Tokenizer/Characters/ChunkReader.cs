namespace Jianwei.Tokenizer.Characters;

/// <summary>
/// Cuts a text into chunks. A text that begins with a letter or a space is read as if one more space stood before it, so that a word is the
/// same piece there as elsewhere; <see cref="SubwordTokenizer.Decode"/> takes it away again.
/// </summary>
internal ref struct ChunkReader(ReadOnlySpan<char> text)
{
    /// <summary>A longer run is cut here: the segmentation is then the best one within each part.</summary>
    public const int Longest = 1_024;

    private readonly ReadOnlySpan<char> text = text;
    private int at;
    private bool imagined = text.Length > 0 && CharacterClasses.Of(text[0]) is CharacterClass.Letter or CharacterClass.Space;

    public Chunk Current { get; private set; }

    public readonly ChunkReader GetEnumerator() => this;

    public bool MoveNext()
    {
        if (at >= text.Length)
        {
            return false;
        }

        var spaced = imagined;
        imagined = false;
        if (!spaced && text[at] == ' ')
        {
            spaced = true;
            at++;
        }

        Current = spaced && (at == text.Length || !CharacterClasses.TakesSpace(text[at]))
            ? new Chunk(at, 0, true, CharacterClass.Space)
            : Word(spaced);
        at += Current.Length;
        return true;
    }

    private readonly Chunk Word(bool spaced)
    {
        var rest = text[at..Math.Min(text.Length, at + Longest)];
        var kind = CharacterClasses.Of(rest[0]);
        var length = kind switch
        {
            CharacterClass.Han => Run(rest, CharacterClass.Han),
            CharacterClass.Letter or CharacterClass.Digit => LetterRun(rest),
            CharacterClass.Surrogate => rest.Length > 1 && char.IsSurrogatePair(rest[0], rest[1]) ? 2 : 1,
            CharacterClass.Symbol => rest.IndexOfAnyExcept(rest[0]) is var end and >= 0 ? end : rest.Length,
            _ => 1,
        };
        return new Chunk(at, length, spaced, kind);
    }

    private static int Run(ReadOnlySpan<char> rest, CharacterClass kind)
    {
        var end = 1;
        while (end < rest.Length && CharacterClasses.Of(rest[end]) == kind)
        {
            end++;
        }

        return end;
    }

    // Letters and digits, with an apostrophe between letters and a point or comma between digits: don't, Q3, 1,234.56.
    private static int LetterRun(ReadOnlySpan<char> rest)
    {
        var end = 1;
        for (; end < rest.Length; end++)
        {
            var kind = CharacterClasses.Of(rest[end]);
            if (kind is CharacterClass.Letter or CharacterClass.Digit)
            {
                continue;
            }

            var joins = rest[end] switch
            {
                '\'' or '’' => CharacterClass.Letter,
                '.' or ',' => CharacterClass.Digit,
                _ => CharacterClass.Blank,
            };
            if (joins == CharacterClass.Blank || CharacterClasses.Of(rest[end - 1]) != joins || end + 1 == rest.Length
                || CharacterClasses.Of(rest[end + 1]) != joins)
            {
                break;
            }
        }

        return end;
    }
}
