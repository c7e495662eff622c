using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer;

/// <summary>Vocabularies of a few pieces: the pieces with their costs, on top of what every vocabulary has.</summary>
internal static class TinyVocabulary
{
    public const int UnknownCost = 20_000;

    public static Vocabulary Of(params (string Piece, int Cost)[] pieces) =>
        new([.. Heads(), .. pieces.Select(p => new VocabularyEntry(p.Piece, p.Cost))], UnknownCost);

    public static Vocabulary OfEntries(params VocabularyEntry[] pieces) => new([.. Heads(), .. pieces], UnknownCost);

    public static IEnumerable<VocabularyEntry> Heads() =>
        Enumerable.Range(0, SpecialTokens.FirstPiece).Select(id => new VocabularyEntry(SpecialTokens.NameOf(id)));

    public static string[] Pieces(this SubwordTokenizer tokenizer, string text) => [.. tokenizer.Encode(text).Select(tokenizer.PieceOf)];
}
