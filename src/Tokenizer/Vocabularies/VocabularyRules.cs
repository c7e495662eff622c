using Jianwei.Core.Text;
using Jianwei.Tokenizer.Characters;

namespace Jianwei.Tokenizer.Vocabularies;

/// <summary>What every vocabulary keeps: the tokenizer then needs no check while it encodes.</summary>
internal static class VocabularyRules
{
    /// <summary>Costs are this at most: those of a whole chunk stay within an int.</summary>
    public const int MostCost = 1_000_000;

    private const int LongestPiece = 64;

    public static void Check(IReadOnlyList<VocabularyEntry> entries, int unknownCost, string? parent)
    {
        Require(entries.Count is > SpecialTokens.FirstPiece and <= Vocabulary.MostEntries,
            $"{entries.Count:N0} entries; allowed: {SpecialTokens.FirstPiece + 1} to {Vocabulary.MostEntries:N0}");
        Require(unknownCost is > 0 and <= MostCost, $"unknown_cost is {unknownCost}; allowed: 1 to {MostCost:N0}");
        Require(parent is null || (parent.Length == 16 && parent.All(char.IsAsciiHexDigitLower)),
            $"parent is \"{parent}\"; allowed: null or a vocabulary's hash, 16 hexadecimal digits");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var id = 0; id < entries.Count; id++)
        {
            var entry = entries[id] ?? throw new InvalidDataException($"entry {id} is null");
            Require(entry.Piece is { Length: > 0 }, $"entry {id} has no piece");
            if (id < SpecialTokens.FirstPiece)
            {
                Require(entry.Piece == SpecialTokens.NameOf(id) && entry is { Cost: 0, Part: false, From: null },
                    $"entry {id} is \"{entry.Piece}\"; allowed there: \"{SpecialTokens.NameOf(id)}\" without a cost");
                continue;
            }

            CheckPiece(entry, id);
            Require(seen.Add(entry.Piece), $"entry {id} is \"{entry.Piece}\", which an earlier entry is already");
        }
    }

    private static void CheckPiece(VocabularyEntry entry, int id)
    {
        Require(entry.Cost is > 0 and <= MostCost, $"entry {id} \"{entry.Piece}\" costs {entry.Cost}; allowed: 1 to {MostCost:N0}");
        Require(Nfkc.Normalise(entry.Piece) == entry.Piece, $"entry {id} \"{entry.Piece}\" is not in normalisation form KC");
        Require(entry.Piece.Length <= LongestPiece && IsWithinAChunk(entry.Piece), $"entry {id} \"{entry.Piece}\" spans chunks: " +
            "allowed is a part of one Latin word, number, run of Chinese or run of one sign, with at most one space before");
        Require(!entry.Part || (entry.Piece.Length == 1 && CharacterClasses.Of(entry.Piece[0]) == CharacterClass.Han),
            $"entry {id} \"{entry.Piece}\" is marked as a part; allowed only for single Chinese characters");
        Require(entry.From is null || (entry.From.Count > 0 && entry.From.All(old => old >= SpecialTokens.FirstByte && old < id)),
            $"entry {id} \"{entry.Piece}\" comes from ids that are not before it");
    }

    /// <summary>
    /// Whether some text has this as a part of one chunk: what may stand inside a word, such as "'s", is judged inside one.
    /// </summary>
    public static bool IsWithinAChunk(string piece)
    {
        if (piece is " ")
        {
            return true;
        }

        var spaced = piece.StartsWith(' ');
        var word = spaced ? piece[1..] : piece;
        string[] before = spaced ? [""] : ["", "a", "0"];
        string[] after = ["", "a", "0"];
        return word.Length > 0 && (!spaced || CharacterClasses.TakesSpace(word[0]))
            && before.Any(left => after.Any(right => IsOneChunk(left + word + right)));
    }

    private static bool IsOneChunk(string text)
    {
        var count = 0;
        foreach (var chunk in new ChunkReader(text))
        {
            count += chunk.Length == text.Length ? 1 : 2;
        }

        return count == 1;
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidDataException(otherwise);
        }
    }
}
