using System.Text;
using Jianwei.Core.Text;
using Jianwei.Tokenizer.Characters;

namespace Jianwei.Tokenizer.Learning;

/// <summary>
/// Characters that always get an entry. The Chinese ones are the frequent levels of two standards: level 1 of GB 2312
/// (3,755, simplified) and of Big5 (5,401, traditional).
/// </summary>
internal static class Alphabet
{
    private const string Signs = "–—‘’“”•·…、。〈〉《》「」『』【】〔〕〖〗〜々〇°±×÷§©®¢£¥€¬µ←↑→↓▲△▼▽◆◇○●★☆■□√∞≈≠≤≥‰№℃℉";

    public static IReadOnlyList<string> Names { get; } = ["gb2312", "big5"];

    /// <summary>In order, each once, in form KC.</summary>
    public static IReadOnlyList<char> Of(IEnumerable<string> names)
    {
        var printable = string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (char)c));
        var letters = string.Concat(Enumerable.Range(0xC0, 0x40).Concat(Enumerable.Range(0x391, 0x39)).Select(c => (char)c));
        var all = $"{printable}\n{letters}{Signs}{string.Concat(names.Distinct().Select(Level1))}";
        return [.. Nfkc.Normalise(all).Distinct().Where(c => !char.IsSurrogate(c)).Order()];
    }

    private static string Level1(string name) =>
        name == "gb2312" ? Characters(936, 0xB0A1, 0xD7F9, 0xA1) : Characters(950, 0xA440, 0xC67E, 0x40);

    // Second bytes below the lowest are of code page 936 and not of GB 2312.
    private static string Characters(int codePage, int first, int last, byte lowest)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(codePage)!;
        var codes = Enumerable.Range(first, last - first + 1)
            .Where(code => (byte)code >= lowest)
            .Select(code => encoding.GetString([(byte)(code >> 8), (byte)code]));
        return string.Concat(codes.Where(text => text.Length == 1 && CharacterClasses.Of(text[0]) == CharacterClass.Han));
    }
}
