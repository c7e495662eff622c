using Jianwei.Tokenizer.Characters;

namespace Jianwei.Tokenizer.Learning;

/// <summary>Which parts of a word may become pieces.</summary>
internal static class PieceRules
{
    public const int LongestHan = 8;

    private const int LongestHanWithoutWords = 4;
    private const int LongestLetters = 16;
    private const int LongestDigits = 4;
    private const int LongestSigns = 4;

    /// <summary>Units of the longest piece, with its space.</summary>
    public const int Longest = LongestLetters + 1;

    /// <summary>Whether a part of a word may be a piece. Single characters are judged by the alphabet instead.</summary>
    /// <param name="part">Of one chunk, with the space before it if it begins there.</param>
    /// <param name="words">Words that Chinese pieces are chosen from; none if empty: then any part.</param>
    public static bool Allows(ReadOnlySpan<char> part, WordList words)
    {
        var bare = part[0] == ' ' ? part[1..] : part;
        if (bare.IsEmpty || (bare.Length == 1 && part.Length == 1))
        {
            return false;
        }

        return CharacterClasses.Of(bare[0]) switch
        {
            CharacterClass.Han => words.Count > 0
                ? bare.Length <= LongestHan && words.Contains(bare)
                : bare.Length <= LongestHanWithoutWords,
            CharacterClass.Surrogate => false,
            CharacterClass.Symbol when IsSigns(bare) => bare.Length <= LongestSigns,
            _ => bare.Length <= (bare.ContainsAnyInRange('0', '9') ? LongestDigits : LongestLetters),
        };
    }

    private static bool IsSigns(ReadOnlySpan<char> bare) => !bare.ContainsAnyExcept(bare[0]);
}
