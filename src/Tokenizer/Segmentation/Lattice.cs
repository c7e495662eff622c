using System.Runtime.InteropServices;

namespace Jianwei.Tokenizer.Segmentation;

/// <summary>The best way to the end of a prefix of a chunk.</summary>
/// <param name="Cost">Sum of the costs of its pieces.</param>
/// <param name="Piece">The last of them; <see cref="DoubleArrayTrie.None"/> for a character that no piece holds.</param>
/// <param name="Place">Where that piece begins; after <see cref="Lattice.Segment"/>, where the piece that begins here ends.</param>
/// <param name="Code">The trie's code of the unit that follows: each is looked up once, however many pieces hold it.</param>
[StructLayout(LayoutKind.Auto)]
internal record struct Step(int Cost, int Piece, int Place, ushort Code);

/// <summary>
/// The segmentation of a chunk that costs least: Viterbi over the pieces of a trie (the unigram model of Kudo 2018). Of two
/// that cost the same, the one whose last differing piece begins earlier. A character without a piece of its own can always
/// be passed at the unknown cost.
/// </summary>
/// <param name="trie">Pieces.</param>
/// <param name="costs">By piece.</param>
/// <param name="unknownCost">Of a character that no piece holds.</param>
internal sealed class Lattice(DoubleArrayTrie trie, int[] costs, int unknownCost)
{
    /// <summary>Steps that a chunk may need.</summary>
    public const int MostSteps = Characters.ChunkReader.Longest + 2;

    private readonly int spaceNode = trie.Next(DoubleArrayTrie.Root, ' ');

    /// <summary>
    /// Fills steps so that, from place 0 on, <c>steps[p].Place</c> is the end of the piece that begins at p and
    /// <c>steps[end].Piece</c> that piece. Place 0 is before the space where the chunk has one.
    /// </summary>
    /// <returns>The last place: length of the word, plus one for the space.</returns>
    public int Segment(ReadOnlySpan<char> word, bool spaced, Span<Step> steps)
    {
        var shift = spaced ? 1 : 0;
        var end = word.Length + shift;
        steps = steps[..(end + 1)];
        for (var i = 0; i < word.Length; i++)
        {
            steps[i + shift] = new(int.MaxValue, 0, 0, trie.CodeOf(word[i]));
        }

        steps[end] = new(int.MaxValue, 0, 0, 0);
        if (spaced)
        {
            steps[0] = new(0, 0, 0, 0);
            Passing(steps, 0, 1);
            if (spaceNode != DoubleArrayTrie.None)
            {
                Take(steps, 0, 1, trie.ValueOf(spaceNode));
                Walk(steps, spaceNode, 0, 1);
            }
        }

        steps[0].Cost = 0;
        for (var place = shift; place < end; place++)
        {
            if (steps[place].Cost < int.MaxValue)
            {
                Passing(steps, place, place + RuneLength(word, place - shift));
                var node = trie.First(steps[place].Code);
                if (node != DoubleArrayTrie.None)
                {
                    Take(steps, place, place + 1, trie.ValueOf(node));
                    Walk(steps, node, place, place + 1);
                }
            }
        }

        Forward(steps);
        return end;
    }

    /// <summary>Cost of the chunk's best segmentation; steps are overwritten.</summary>
    public int CostOf(ReadOnlySpan<char> word, bool spaced, Span<Step> steps) => steps[Segment(word, spaced, steps)].Cost;

    // Pieces that begin at a place, the walk being at a node that stands for the units up to another place.
    private void Walk(Span<Step> steps, int node, int from, int at)
    {
        for (; at < steps.Length - 1; at++)
        {
            node = trie.Next(node, steps[at].Code, out var piece);
            if (node == DoubleArrayTrie.None)
            {
                return;
            }

            Take(steps, from, at + 1, piece);
        }
    }

    private void Take(Span<Step> steps, int from, int to, int piece)
    {
        if (piece != DoubleArrayTrie.None && steps[from].Cost + costs[piece] is var cost && cost < steps[to].Cost)
        {
            Reach(ref steps[to], cost, piece, from);
        }
    }

    private void Passing(Span<Step> steps, int from, int to)
    {
        if (steps[from].Cost + unknownCost is var cost && cost < steps[to].Cost)
        {
            Reach(ref steps[to], cost, DoubleArrayTrie.None, from);
        }
    }

    private static void Reach(ref Step step, int cost, int piece, int from) => (step.Cost, step.Piece, step.Place) = (cost, piece, from);

    // Turns the links from the end around.
    private static void Forward(Span<Step> steps)
    {
        var next = steps.Length - 1;
        for (var place = steps[next].Place; next > 0;)
        {
            var before = steps[place].Place;
            steps[place].Place = next;
            (next, place) = (place, before);
        }
    }

    private static int RuneLength(ReadOnlySpan<char> word, int i) =>
        i + 1 < word.Length && char.IsSurrogatePair(word[i], word[i + 1]) ? 2 : 1;
}
