namespace Jianwei.Tokenizer.Learning;

/// <summary>The pieces that learning begins with: parts of words, by how many characters they would cover.</summary>
internal sealed class Candidates(List<KeyValuePair<string, double>> words, WordList dictionary)
{
    private const int MostDistinctParts = 3_000_000;

    /// <summary>All required pieces and the best others, in ordinal order, with counts.</summary>
    public List<KeyValuePair<string, double>> Best(HashSet<string> required, int most, CancellationToken cancellation)
    {
        var parts = new WordCounts(MostDistinctParts);
        var singles = new double[0x10000];
        foreach (var (word, count) in words)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var c in word)
            {
                singles[c] += count;
            }

            AddParts(parts, word, count);
        }

        var best = parts.Ordered();
        best.Sort((a, b) => Covered(a) != Covered(b) ? Covered(b).CompareTo(Covered(a)) : string.CompareOrdinal(a.Key, b.Key));
        return [.. best.Take(most)
            .Concat(required.Select(c => KeyValuePair.Create(c, singles[c[0]])))
            .OrderBy(p => p.Key, StringComparer.Ordinal)];
    }

    private void AddParts(WordCounts parts, string word, double count)
    {
        for (var from = 0; from < word.Length; from++)
        {
            for (var to = from + 2; to <= word.Length && to - from <= PieceRules.Longest; to++)
            {
                var part = word.AsSpan(from..to);
                if (PieceRules.Allows(part, dictionary))
                {
                    parts.Add(part, count);
                }
            }
        }
    }

    private static double Covered(KeyValuePair<string, double> part) => part.Value * part.Key.Length;
}
