using FsCheck;
using FsCheck.Fluent;

namespace Jianwei.Tokenizer;

/// <summary>Texts that tests draw: mostly what a chunk or a piece may trip over.</summary>
internal static class Texts
{
    private static readonly string[] Bits =
    [
        " ", "  ", "\n", "\t", "\u3000", "\u00A0", "公司", "有限", "有限公司", "鼎", "龘",
        "company", "com", "s", "'s", "'", "’", ".", ",", "...", "1", "2021", "，", "（", "％",
        "é", "e\u0301", "\u0301", "한", "ﬁ", "😀", "𠮷", "\uD83D", "\uDE00", "\0", "\uFEFF", "\uFFFD", "々", "〇", "カ", "—",
    ];

    /// <summary>Up to 2,000 UTF-16 units; halves of surrogate pairs among them.</summary>
    public static Arbitrary<string> Any { get; } = Arb.From(
        from size in Gen.Frequency((8, Gen.Choose(0, 12)), (2, Gen.Choose(0, 200)), (1, Gen.Choose(500, 1_000)))
        from bits in Gen.Frequency((6, Gen.Elements(Bits)), (1, Gen.Choose(0, 0xFFFF).Select(unit => ((char)unit).ToString())),
            (1, Gen.Choose(0x4E00, 0x9FFF).Select(unit => ((char)unit).ToString())),
            (1, Gen.Choose(0x10000, 0x10FFFF).Select(char.ConvertFromUtf32))).ArrayOf(size)
        let text = string.Concat(bits)
        select text.Length <= 2_000 ? text : text[..2_000]);
}
