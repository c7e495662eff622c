using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer.Learning;

/// <summary>How a vocabulary is learned.</summary>
public sealed record LearnOptions
{
    /// <summary>Entries of the vocabulary, specials and bytes among them. Fewer than allowed leave room for patches.</summary>
    public int Size { get; init; } = 16_000;

    /// <summary>
    /// Sets of Chinese characters that get an entry whatever the texts: <c>gb2312</c>, <c>big5</c>; see <see cref="Alphabet"/>.
    /// </summary>
    public IReadOnlyList<string> Alphabets { get; init; } = ["gb2312", "big5"];

    /// <summary>Share of all characters that the single characters cover at least; the rest is spelled in bytes.</summary>
    public double Coverage { get; init; } = 0.998;

    /// <exception cref="ArgumentException">A value is not allowed.</exception>
    public void Check()
    {
        if (Size is < 1_000 or > Vocabulary.MostEntries)
        {
            throw new ArgumentException($"size {Size}: allowed are 1000 to {Vocabulary.MostEntries} entries");
        }

        if (Coverage is not (> 0 and <= 1))
        {
            throw new ArgumentException($"coverage {Coverage}: allowed is a share above 0 and up to 1");
        }

        if (Alphabets.FirstOrDefault(name => !Alphabet.Names.Contains(name)) is { } other)
        {
            throw new ArgumentException($"alphabet '{other}': allowed are {string.Join(", ", Alphabet.Names)}");
        }
    }
}

/// <summary>How far learning is.</summary>
/// <param name="Phase">In words.</param>
/// <param name="Pieces">Candidates left.</param>
/// <param name="Words">Distinct words that it learns from.</param>
public readonly record struct LearnProgress(string Phase, int Pieces, int Words);
