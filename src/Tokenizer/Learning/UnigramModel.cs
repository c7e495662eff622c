using Jianwei.Tokenizer.Segmentation;

namespace Jianwei.Tokenizer.Learning;

/// <summary>
/// Pieces with probabilities, fitted to words by expectation-maximisation over all their segmentations, and pruned (Kudo 2018, "Subword
/// regularization", section 3.2). Sums are made in one fixed order, so that the same words give the same model.
/// </summary>
internal sealed class UnigramModel
{
    // Of an expected count below this not even the digamma function makes a probability worth keeping.
    private const double LeastCount = 0.5;

    private static readonly double UnknownLog = -30;

    private readonly List<KeyValuePair<string, double>> words;
    private readonly HashSet<string> required;
    private readonly List<Edge> edges = [];
    private readonly double[] forward;
    private readonly double[] backward;
    private DoubleArrayTrie trie;
    private double[] logs;
    private double[] counts = [];

    /// <param name="words">What is fitted, with weights.</param>
    /// <param name="pieces">Distinct, with first counts.</param>
    /// <param name="required">Pieces that are never pruned.</param>
    public UnigramModel(
        List<KeyValuePair<string, double>> words, IReadOnlyList<KeyValuePair<string, double>> pieces, HashSet<string> required)
    {
        (this.words, this.required) = (words, required);
        var longest = words.Count == 0 ? 0 : words.Max(w => w.Key.Length);
        (forward, backward) = (new double[longest + 1], new double[longest + 1]);
        Pieces = [.. pieces.Select(p => p.Key)];
        trie = new(Pieces);
        logs = Logs([.. pieces.Select(p => p.Value)]);
    }

    public string[] Pieces { get; private set; }

    /// <summary>Natural logarithm of each piece's probability.</summary>
    public IReadOnlyList<double> LogProbabilities => logs;

    /// <summary>One round: expected counts, probabilities from them, without the pieces that nothing needs.</summary>
    public void Fit(CancellationToken cancellation)
    {
        counts = new double[Pieces.Length];
        for (var i = 0; i < words.Count; i++)
        {
            if (i % 4_096 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }

            Expect(words[i].Key, words[i].Value);
        }

        Keep(i => counts[i] >= LeastCount || required.Contains(Pieces[i]));
        logs = Logs(counts);
    }

    /// <summary>Keeps so many pieces at least, or a share of them: those whose loss would cost the words' likelihood most.</summary>
    public void Prune(int size, double share)
    {
        var total = counts.Sum();
        double[] losses = [.. Enumerable.Range(0, Pieces.Length).Select(i =>
            required.Contains(Pieces[i]) ? double.PositiveInfinity : Loss(i, total))];
        int[] order = [.. Enumerable.Range(0, Pieces.Length)];
        Array.Sort(order, (a, b) => losses[a] != losses[b] ? losses[b].CompareTo(losses[a]) : string.CompareOrdinal(Pieces[a], Pieces[b]));
        HashSet<int> kept = [.. order.Take(Math.Max(size, (int)(Pieces.Length * share)))];
        Keep(kept.Contains);
    }

    private readonly record struct Edge(int From, int To, int Piece);

    // What the likelihood loses when each use of a piece is replaced by the best other pieces for it.
    private double Loss(int piece, double total)
    {
        var others = BestWithout(piece);
        var log = Math.Log(counts[piece] / total);
        var grown = Math.Log(total + (counts[piece] * (others.Count - 1)));
        var instead = others.Sum(other => (other < 0 ? UnknownLog : Math.Log(counts[other] + counts[piece])) - grown);
        return counts[piece] * (log - instead);
    }

    private List<int> BestWithout(int piece)
    {
        var text = Pieces[piece];
        Collect(text);
        var (scores, last) = (new double[text.Length + 1], new Edge[text.Length + 1]);
        scores.AsSpan(1).Fill(double.NegativeInfinity);
        foreach (var edge in edges.Where(e => e.Piece != piece))
        {
            var score = scores[edge.From] + LogOf(edge);
            if (score > scores[edge.To])
            {
                (scores[edge.To], last[edge.To]) = (score, edge);
            }
        }

        var path = new List<int>();
        for (var at = text.Length; at > 0; at = last[at].From)
        {
            path.Add(last[at].Piece);
        }

        return path;
    }

    // Forward-backward over a word, in logarithms.
    private void Expect(string word, double weight)
    {
        Collect(word);
        forward.AsSpan(0, word.Length + 1).Fill(double.NegativeInfinity);
        backward.AsSpan(0, word.Length + 1).Fill(double.NegativeInfinity);
        (forward[0], backward[word.Length]) = (0, 0);
        foreach (var edge in edges)
        {
            forward[edge.To] = Add(forward[edge.To], forward[edge.From] + LogOf(edge));
        }

        for (var e = edges.Count - 1; e >= 0; e--)
        {
            var edge = edges[e];
            var through = LogOf(edge) + backward[edge.To];
            backward[edge.From] = Add(backward[edge.From], through);
            if (edge.Piece >= 0)
            {
                counts[edge.Piece] += weight * Math.Exp(forward[edge.From] + through - forward[word.Length]);
            }
        }
    }

    // All pieces in a word, by where they begin; where a character is none, it can be passed.
    private void Collect(string word)
    {
        edges.Clear();
        for (var from = 0; from < word.Length; from++)
        {
            var (node, single) = (DoubleArrayTrie.Root, false);
            for (var to = from; to < word.Length && (node = trie.Next(node, word[to])) != DoubleArrayTrie.None; to++)
            {
                if (trie.ValueOf(node) is var piece and >= 0)
                {
                    edges.Add(new(from, to + 1, piece));
                    single |= to == from;
                }
            }

            if (!single)
            {
                edges.Add(new(from, from + 1, DoubleArrayTrie.None));
            }
        }
    }

    private double LogOf(Edge edge) => edge.Piece < 0 ? UnknownLog : logs[edge.Piece];

    private void Keep(Func<int, bool> kept)
    {
        int[] left = [.. Enumerable.Range(0, Pieces.Length).Where(kept)];
        if (left.Length < Pieces.Length)
        {
            counts = [.. left.Select(i => counts[i])];
            logs = [.. left.Select(i => logs[i])];
            Pieces = [.. left.Select(i => Pieces[i])];
            trie = new(Pieces);
        }
    }

    // The mean of ln p under a Dirichlet posterior, without prior counts: rare pieces get less than their share and die out.
    private static double[] Logs(double[] counts)
    {
        var total = Digamma(counts.Sum(c => Math.Max(c, LeastCount)));
        return [.. counts.Select(c => Digamma(Math.Max(c, LeastCount)) - total)];
    }

    private static double Add(double a, double b)
    {
        var (most, least) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(least) ? most : most + Math.Log(1 + Math.Exp(least - most));
    }

    // Abramowitz and Stegun 6.3.5 up to 7, then 6.3.18.
    private static double Digamma(double x)
    {
        var sum = 0.0;
        for (; x < 7; x++)
        {
            sum -= 1 / x;
        }

        var square = 1 / (x * x);
        return sum + Math.Log(x) - (0.5 / x) - (square * ((1.0 / 12) - (square * ((1.0 / 120) - (square / 252)))));
    }
}
