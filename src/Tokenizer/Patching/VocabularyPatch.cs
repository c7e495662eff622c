using Jianwei.Core.Text;
using Jianwei.Tokenizer.Characters;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer.Patching;

/// <summary>
/// New words in an existing vocabulary. Old entries keep their ids and costs, so texts without the words keep their ids; each new
/// entry says which ids spelled it before, and the mean of their vectors is where its own begins (<c>training/fusion/patch.py</c>).
/// </summary>
public static class VocabularyPatch
{
    // A new word costs at least this much less than what spelled it: one nat.
    private const int Gain = 1_000;

    /// <param name="old">What is added to.</param>
    /// <param name="words">
    /// Each within one chunk: a Latin word, which is added with and without the space before it, or a word of Chinese.
    /// </param>
    /// <exception cref="InvalidDataException">A word cannot be an entry, or all of them are already.</exception>
    public static Vocabulary Apply(Vocabulary old, IEnumerable<string> words)
    {
        var tokenizer = new SubwordTokenizer(old);
        var known = old.Entries.Select(e => e.Piece).ToHashSet(StringComparer.Ordinal);
        var typical = Typical(old);
        var entries = new List<VocabularyEntry>(old.Entries);
        foreach (var piece in words.SelectMany(Forms).Where(known.Add))
        {
            var (ids, cost) = tokenizer.Spelling(piece);
            entries.Add(new(piece, Math.Max(1, Math.Min(typical, cost - Gain)), From: ids));
        }

        return entries.Count > old.Entries.Count
            ? new Vocabulary(entries, old.UnknownCost, old.Hash)
            : throw new InvalidDataException($"nothing to add: every word is an entry of vocabulary {old.Hash} already");
    }

    private static IEnumerable<string> Forms(string text)
    {
        var word = CleanText.Line(text) ?? throw new InvalidDataException("a word is empty; allowed: a Latin word or a word of Chinese");
        var chunks = new List<string>();
        foreach (var chunk in new ChunkReader(word))
        {
            chunks.Add(chunk.In(word).ToString());
        }

        return chunks switch
        {
            [_] when CharacterClasses.TakesSpace(word[0]) => [" " + word, word],
            [_] => [word],
            _ => throw new InvalidDataException(
                $"\"{CleanText.Cut(word, 60)}\" is more than one word to the tokenizer ({string.Join(" | ", chunks.Take(10))}): " +
                "no piece can hold it; allowed: a Latin word or number without punctuation or spaces, or a word of Chinese"),
        };
    }

    // The median cost of a learned word.
    private static int Typical(Vocabulary old)
    {
        int[] costs = [.. old.Entries.Where(e => e.Piece.Length > 1 && e.Cost > 0)
            .Select(e => e.Cost).DefaultIfEmpty(old.UnknownCost / 2).Order()];
        return costs[costs.Length / 2];
    }
}
