namespace Jianwei.Tokenizer.Learning;

/// <summary>
/// How often each word was seen, in bounded memory: when there are too many, the rarest are forgotten (lossy counting, Manku 2002).
/// </summary>
/// <param name="limit">Most words that are kept.</param>
internal sealed class WordCounts(int limit)
{
    private readonly Dictionary<string, double> counts = new(StringComparer.Ordinal);

    public int Count => counts.Count;

    public void Add(ReadOnlySpan<char> word, double times)
    {
        var known = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(word, out var count))
        {
            known[word] = count + times;
            return;
        }

        if (counts.Count == limit)
        {
            Forget();
        }

        known[word] = times;
    }

    /// <summary>All words, in ordinal order.</summary>
    public List<KeyValuePair<string, double>> Ordered()
    {
        List<KeyValuePair<string, double>> words = [.. counts];
        words.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
        return words;
    }

    // The rarer half; of equals the later in ordinal order.
    private void Forget()
    {
        List<KeyValuePair<string, double>> words = Ordered();
        words.Sort((a, b) => a.Value != b.Value ? a.Value.CompareTo(b.Value) : string.CompareOrdinal(b.Key, a.Key));
        foreach (var (word, _) in words.Take((limit / 2) + 1))
        {
            counts.Remove(word);
        }
    }
}
