using System.Globalization;
using Jianwei.Core.Text;
using Jianwei.Tokenizer.Characters;
using Jianwei.Tokenizer.Segmentation;

namespace Jianwei.Tokenizer.Learning;

/// <summary>
/// A dictionary of Chinese words with frequencies, in jieba's format: <c>word frequency [tag]</c> a line. It cuts runs of
/// Chinese into words by the most probable path, and says which pieces are words.
/// </summary>
internal sealed class WordList
{
    public const int MostWords = 1_000_000;

    private readonly Dictionary<string, double> frequencies = new(StringComparer.Ordinal);
    private Lattice? lattice;

    public int Count => frequencies.Count;

    /// <summary>In ordinal order.</summary>
    public IEnumerable<KeyValuePair<string, double>> Words => frequencies.OrderBy(w => w.Key, StringComparer.Ordinal);

    public bool Contains(ReadOnlySpan<char> word) => frequencies.GetAlternateLookup<ReadOnlySpan<char>>().ContainsKey(word);

    public double FrequencyOf(string word) => frequencies.GetValueOrDefault(word);

    /// <exception cref="InvalidDataException">A line is not of the format.</exception>
    public void Read(TextReader reader, string name, double weight, CancellationToken cancellation)
    {
        lattice = null;
        for (var line = 1; reader.ReadLine() is { } text; line++)
        {
            cancellation.ThrowIfCancellationRequested();
            var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (fields.Length == 0 || fields[0].StartsWith('#'))
            {
                continue;
            }

            if (fields.Length is < 2 or > 3
                || !double.TryParse(fields[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var frequency))
            {
                throw new InvalidDataException(
                    $"{name}:{line}: \"{CleanText.Cut(text, 60)}\" is no word; allowed: WORD FREQUENCY [TAG], as in jieba's dict.txt");
            }

            var word = Nfkc.Normalise(fields[0]);
            if (word.Length <= PieceRules.LongestHan && word.All(c => CharacterClasses.Of(c) == CharacterClass.Han))
            {
                frequencies[word] = frequencies.GetValueOrDefault(word) + (frequency * weight);
            }

            if (frequencies.Count > MostWords)
            {
                throw new InvalidDataException($"{name}:{line}: more than {MostWords:N0} words; allowed are as many");
            }
        }
    }

    /// <summary>Ends of the words of a run of Chinese, at most <see cref="ChunkReader.Longest"/> units.</summary>
    public void Cut(ReadOnlySpan<char> run, Span<Step> steps) => (lattice ??= Build()).Segment(run, spaced: false, steps);

    private Lattice Build()
    {
        string[] words = [.. Words.Select(w => w.Key)];
        var total = frequencies.Values.Sum();
        int[] costs = [.. words.Select(w => (int)Math.Max(1, Math.Round(-1_000 * Math.Log(Math.Max(frequencies[w], 0.5) / total))))];
        return new(new DoubleArrayTrie(words), costs, costs.Max() + 1_000);
    }
}
