using Jianwei.Simulator.Randomness;

namespace Jianwei.Simulator.Truth;

public sealed class RankHistogramTests
{
    [Fact]
    public void Auc_IsTheShareOfPairsInOrder()
    {
        var random = new RandomStream(1, Purpose.Sample);
        var rows = Enumerable.Range(0, 600)
            .Select(_ => (Score: random.Between(0.001, 0.3), Positive: random.Chance(0.2)))
            .Select(r => r with { Score = r.Positive ? r.Score * 1.5 : r.Score })
            .ToList();
        var ranks = new RankHistogram();
        rows.ForEach(r => ranks.Add(r.Score, r.Positive));

        var pairs =
            from p in rows
            where p.Positive
            from n in rows
            where !n.Positive
            select p.Score > n.Score ? 1 : p.Score < n.Score ? 0 : 0.5;

        Assert.Equal(pairs.Average(), ranks.Auc, 3);
        Assert.Equal(rows.Count(r => r.Positive), ranks.Positives);
    }

    [Fact]
    public void Auc_WithoutPositives_IsNoNumber()
    {
        var ranks = new RankHistogram();
        ranks.Add(0.1, false);

        Assert.True(double.IsNaN(ranks.Auc));
    }

    [Fact]
    public void Parts_HoldAllRows_InOrderOfScore()
    {
        var ranks = new RankHistogram();
        for (var i = 1; i < 1_000; i++)
        {
            ranks.Add(i / 1_000.0, i > 900);
        }

        var parts = ranks.Parts(10);

        Assert.Equal(999, parts.Sum(p => p.Rows));
        Assert.Equal(parts.OrderBy(p => p.Expected), parts);
        Assert.Equal(1, parts[^1].Observed);
    }
}
