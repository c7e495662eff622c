namespace Jianwei.Tokenizer.Segmentation;

public sealed class LatticeTests
{
    private const int UnknownCost = 7;

    [Fact]
    public void Segmentation_CostsAsLittleAsTheBestOfAll()
    {
        var random = new Random(3);
        for (var i = 0; i < 3_000; i++)
        {
            string[] pieces = [.. Enumerable.Range(0, random.Next(1, 14)).Select(_ => Word(random, 1, 4))
                .Concat([" ", " a", " bc"]).Distinct()];
            int[] costs = [.. pieces.Select(_ => random.Next(1, 12))];
            var lattice = new Lattice(new DoubleArrayTrie(pieces), costs, UnknownCost);
            var (word, spaced) = (Word(random, 0, 9), random.Next(2) == 0);
            var steps = new Step[Lattice.MostSteps];

            var end = lattice.Segment(word, spaced, steps);

            var text = spaced ? " " + word : word;
            var least = Least(text, pieces, costs);
            Assert.Equal(text.Length, end);
            Assert.Equal(least, steps[end].Cost);
            Assert.Equal(least, CostOfPath(text, pieces, costs, steps));
        }
    }

    // The cost of what the steps say, piece by piece.
    private static int CostOfPath(string text, string[] pieces, int[] costs, Step[] steps)
    {
        var cost = 0;
        for (int place = 0, next; place < text.Length; place = next)
        {
            next = steps[place].Place;
            var piece = steps[next].Piece;
            Assert.True(piece < 0 ? next == place + 1 : pieces[piece] == text[place..next]);
            cost += piece < 0 ? UnknownCost : costs[piece];
        }

        return cost;
    }

    // Every segmentation, by brute force.
    private static int Least(string text, string[] pieces, int[] costs) => text.Length == 0 ? 0
        : pieces.Select((piece, i) => (piece, Cost: costs[i])).Where(p => text.StartsWith(p.piece, StringComparison.Ordinal))
            .Select(p => p.Cost + Least(text[p.piece.Length..], pieces, costs))
            .Append(UnknownCost + Least(text[1..], pieces, costs)).Min();

    private static string Word(Random random, int least, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => "abc公"[random.Next(4)]));
}
