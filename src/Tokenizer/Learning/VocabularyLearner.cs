using Jianwei.Core.Text;
using Jianwei.Tokenizer.Characters;
using Jianwei.Tokenizer.Segmentation;
using Jianwei.Tokenizer.Vocabularies;

namespace Jianwei.Tokenizer.Learning;

/// <summary>
/// Learns a vocabulary from texts and lists of words. Word lists come first: they cut the Chinese of the texts into words.
/// Memory is bounded by the number of distinct words that are kept, not by the texts.
/// </summary>
public sealed class VocabularyLearner
{
    private const int MostDistinctWords = 1_000_000;
    private const int LongestWord = 64;
    private const int SeedsAnEntry = 12;
    private const int RoundsBetweenPrunings = 2;
    private const double KeptShare = 0.75;

    private readonly LearnOptions options;
    private readonly WordList dictionary = new();
    private readonly WordCounts counts = new(MostDistinctWords);
    private readonly Step[] steps = new Step[Lattice.MostSteps];
    private bool hasTexts;

    public VocabularyLearner(LearnOptions options)
    {
        options.Check();
        this.options = options;
    }

    /// <summary>Distinct words so far.</summary>
    public int Words => counts.Count;

    /// <summary>Adds a dictionary in jieba's format, <c>word frequency [tag]</c> a line; what is not Chinese is left out.</summary>
    /// <param name="reader">Its lines.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="weight">What each frequency is multiplied by.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InvalidDataException">A line is not of the format.</exception>
    public void AddWords(TextReader reader, string name, double weight, CancellationToken cancellation)
    {
        if (hasTexts)
        {
            throw new InvalidOperationException("lists of words come before texts");
        }

        dictionary.Read(reader, name, weight, cancellation);
    }

    /// <summary>Adds a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="weight">How often it counts.</param>
    public void AddText(string text, double weight)
    {
        hasTexts = true;
        var normal = Nfkc.Normalise(text);
        foreach (var chunk in new ChunkReader(normal))
        {
            var word = chunk.In(normal);
            if (chunk.Class == CharacterClass.Han)
            {
                AddRun(word, weight);
            }
            else if (chunk.Spaced)
            {
                AddSpaced(word, weight);
            }
            else
            {
                AddWord(word, weight);
            }
        }
    }

    /// <summary>Fits and prunes until the vocabulary has its size.</summary>
    /// <exception cref="InvalidDataException">There is too little to learn from.</exception>
    public Vocabulary Learn(IProgress<LearnProgress>? progress, CancellationToken cancellation)
    {
        foreach (var (word, frequency) in dictionary.Words)
        {
            counts.Add(word, frequency);
        }

        var words = counts.Ordered();
        var characters = Characters(words);
        var room = options.Size - SpecialTokens.FirstPiece;
        if (characters.Count > room)
        {
            throw new InvalidDataException(
                $"{characters.Count:N0} single characters do not fit in {options.Size:N0} entries; allowed: a larger size, " +
                "fewer alphabets or less coverage");
        }

        progress?.Report(new("candidates", 0, words.Count));
        var seeds = new Candidates(words, dictionary).Best(characters, options.Size * SeedsAnEntry, cancellation);
        if (seeds.Count < room)
        {
            throw new InvalidDataException(
                $"the texts have {seeds.Count:N0} possible pieces, too few for {options.Size:N0} entries; allowed: more texts or a smaller size");
        }

        var model = Fitted(words, seeds, characters, room, progress, cancellation);
        return Finished(model);
    }

    private static UnigramModel Fitted(
        List<KeyValuePair<string, double>> words, List<KeyValuePair<string, double>> seeds, HashSet<string> characters, int room,
        IProgress<LearnProgress>? progress, CancellationToken cancellation)
    {
        var model = new UnigramModel(words, seeds, characters);
        while (true)
        {
            for (var round = 0; round < RoundsBetweenPrunings; round++)
            {
                progress?.Report(new("fitting", model.Pieces.Length, words.Count));
                model.Fit(cancellation);
            }

            if (model.Pieces.Length <= room)
            {
                return model;
            }

            model.Prune(room, KeptShare);
        }
    }

    private Vocabulary Finished(UnigramModel model)
    {
        int[] costs = [.. model.LogProbabilities.Select(log => (int)Math.Clamp(Math.Round(-1_000 * log), 1, VocabularyRules.MostCost / 2))];
        var parts = PartMarks.Of(dictionary, model.Pieces, costs);
        var learned = model.Pieces.Select((piece, i) => new VocabularyEntry(piece, costs[i], parts.Contains(piece)))
            .OrderBy(e => e.Cost).ThenBy(e => e.Piece, StringComparer.Ordinal);
        var heads = Enumerable.Range(0, SpecialTokens.FirstPiece).Select(id => new VocabularyEntry(SpecialTokens.NameOf(id)));
        return new([.. heads, .. learned], costs.Max() + 10_000);
    }

    // The alphabets, and of the rest the most frequent until all is covered as far as asked for.
    private HashSet<string> Characters(List<KeyValuePair<string, double>> words)
    {
        HashSet<string> characters = [.. Alphabet.Of(options.Alphabets).Select(c => c.ToString())];
        var seen = new double[0x10000];
        foreach (var (word, count) in words)
        {
            foreach (var c in word)
            {
                seen[c] += count;
            }
        }

        var total = seen.Sum();
        var missing = total - characters.Sum(c => seen[c[0]]);
        foreach (var c in Enumerable.Range(0, seen.Length)
            .Where(c => seen[c] > 0 && !char.IsSurrogate((char)c))
            .OrderByDescending(c => seen[c]).ThenBy(c => c))
        {
            if (missing <= (1 - options.Coverage) * total)
            {
                break;
            }

            missing -= characters.Add(((char)c).ToString()) ? seen[c] : 0;
        }

        return characters;
    }

    private void AddRun(ReadOnlySpan<char> run, double weight)
    {
        if (dictionary.Count == 0)
        {
            AddWord(run, weight);
            return;
        }

        dictionary.Cut(run, steps);
        for (int place = 0, next; place < run.Length; place = next)
        {
            next = steps[place].Place;
            AddWord(run[place..next], weight);
        }
    }

    private void AddSpaced(ReadOnlySpan<char> word, double weight)
    {
        if (word.Length < LongestWord)
        {
            Span<char> spaced = stackalloc char[LongestWord];
            spaced[0] = ' ';
            word.CopyTo(spaced[1..]);
            AddWord(spaced[..(word.Length + 1)], weight);
        }
    }

    private void AddWord(ReadOnlySpan<char> word, double weight)
    {
        if (word.Length <= LongestWord)
        {
            counts.Add(word, weight);
        }
    }
}
