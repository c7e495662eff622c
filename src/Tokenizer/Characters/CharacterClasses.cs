namespace Jianwei.Tokenizer.Characters;

/// <summary>
/// The class of every UTF-16 unit, from ranges that are part of the program: the runtime's categories change with its version of Unicode,
/// and the same text must give the same ids everywhere.
/// </summary>
internal static class CharacterClasses
{
    // First, last. Later rows win.
    private static readonly (int First, int Last, CharacterClass Class)[] Ranges =
    [
        ('A', 'Z', CharacterClass.Letter), ('a', 'z', CharacterClass.Letter), ('0', '9', CharacterClass.Digit),
        (0xAA, 0xAA, CharacterClass.Letter), (0xBA, 0xBA, CharacterClass.Letter), // ª º
        (0xC0, 0x1FFF, CharacterClass.Letter), // Latin with marks, Greek, Cyrillic, Arabic, Indic scripts …
        (0xD7, 0xD7, CharacterClass.Symbol), (0xF7, 0xF7, CharacterClass.Symbol), // × ÷
        (0x2C00, 0x2DFF, CharacterClass.Letter),
        (0x3005, 0x3005, CharacterClass.Han), (0x3007, 0x3007, CharacterClass.Han), // 々 〇
        (0x3041, 0x318F, CharacterClass.Letter), // kana, bopomofo, Hangul jamo
        (0x30FB, 0x30FB, CharacterClass.Symbol), // ・
        (0x31F0, 0x31FF, CharacterClass.Letter),
        (0x3400, 0x4DBF, CharacterClass.Han), (0x4E00, 0x9FFF, CharacterClass.Han), (0xF900, 0xFAFF, CharacterClass.Han),
        (0xA000, 0xABFF, CharacterClass.Letter), (0xAC00, 0xD7FF, CharacterClass.Letter),
        (0xD800, 0xDFFF, CharacterClass.Surrogate),
        (0xFB00, 0xFDFF, CharacterClass.Letter), (0xFE70, 0xFEFC, CharacterClass.Letter),
        (0x09, 0x0D, CharacterClass.Blank), (0x85, 0x85, CharacterClass.Blank), (0xA0, 0xA0, CharacterClass.Blank),
        (0x1680, 0x1680, CharacterClass.Blank), (0x2000, 0x200A, CharacterClass.Blank), (0x2028, 0x2029, CharacterClass.Blank),
        (0x202F, 0x202F, CharacterClass.Blank), (0x205F, 0x205F, CharacterClass.Blank), (0x3000, 0x3000, CharacterClass.Blank),
        (' ', ' ', CharacterClass.Space),
    ];

    private static readonly CharacterClass[] Table = Build();

    public static CharacterClass Of(char c) => Table[c];

    /// <summary>Whether a space before it belongs to its chunk.</summary>
    public static bool TakesSpace(char c) =>
        Of(c) is CharacterClass.Letter or CharacterClass.Digit or CharacterClass.Symbol or CharacterClass.Surrogate;

    private static CharacterClass[] Build()
    {
        var table = new CharacterClass[0x10000];
        foreach (var (first, last, kind) in Ranges)
        {
            table.AsSpan(first, last - first + 1).Fill(kind);
        }

        return table;
    }
}
