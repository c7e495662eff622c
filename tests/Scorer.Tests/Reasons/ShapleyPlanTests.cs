using System.Numerics;

namespace Jianwei.Scorer.Reasons;

public sealed class ShapleyPlanTests
{
    private const int Exact = 5;
    private const int Sampled = 12;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Exact)]
    [InlineData(Sampled)]
    [InlineData(31)]
    public void Values_SumUpToEverybodyLessNobody(int players)
    {
        var plan = ShapleyPlan.Of(players, Math.Min(players, 19), seed: 1);
        var worth = Game(players, seed: 2);

        Assert.Equal(worth((1UL << players) - 1) - worth(0), Values(plan, worth).Sum(), 1e-9);
    }

    [Theory]
    [InlineData(Exact)]
    [InlineData(Sampled)]
    public void PlayerThatChangesNothing_HasNothing(int players)
    {
        var worth = Game(players, seed: 3);
        const int dummy = 2;

        Assert.Equal(0, Values(ShapleyPlan.Of(players, 4, seed: 1), set => worth(set & ~(1UL << dummy)))[dummy]);
    }

    [Fact]
    public void PlayersThatDoTheSame_HaveTheSame()
    {
        // Worth by how many of 1 and 3 there are, and who else.
        var worth = Game(Exact, seed: 4);
        var values = Values(ShapleyPlan.Of(Exact, 0, seed: 1), set =>
        {
            var (one, three) = ((set >> 1) & 1, (set >> 3) & 1);
            return worth((set & ~0b1010UL) | (one + three > 0 ? 0b10UL : 0) | (one + three > 1 ? 0b1000UL : 0));
        });

        Assert.Equal(values[1], values[3], 1e-12);
        Assert.NotEqual(values[0], values[1], 1e-3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    public void Sampling_IsCloseToTheExactValues(int costly)
    {
        const int players = 10;
        for (var seed = 0; seed < 5; seed++)
        {
            var worth = Game(players, seed);
            var exact = Values(ShapleyPlan.Of(players, costly, seed, exactly: players), worth);
            var sampled = Values(ShapleyPlan.Of(players, costly, seed), worth);

            Assert.True(
                exact.Zip(sampled, (e, s) => Math.Abs(e - s)).Max() < 0.15 * exact.Max(Math.Abs),
                $"{string.Join(' ', exact)}\n{string.Join(' ', sampled)}");
        }
    }

    [Fact]
    public void Antithetic_AdditiveGameIsExact()
    {
        double[] worths = [.. Enumerable.Range(1, Sampled).Select(i => i * 0.7)];

        var values = Values(ShapleyPlan.Of(Sampled, 3, seed: 5), set => worths.Where((_, i) => (set & (1UL << i)) != 0).Sum());

        Assert.All(values.Zip(worths), p => Assert.Equal(p.Second, p.First, 1e-9));
    }

    [Fact]
    public void Seed_DecidesEverything()
    {
        Assert.Equal(ShapleyPlan.Of(Sampled, 4, seed: 7).Coalitions, ShapleyPlan.Of(Sampled, 4, seed: 7).Coalitions);
        Assert.NotEqual(ShapleyPlan.Of(Sampled, 4, seed: 7).Coalitions, ShapleyPlan.Of(Sampled, 4, seed: 8).Coalitions);
    }

    // Sets of the costly players are documents to be encoded.
    [Theory]
    [InlineData(7, 13)]
    [InlineData(8, 13)]
    [InlineData(19, 40)]
    public void Work_IsBounded(int costly, int others)
    {
        var plan = ShapleyPlan.Of(costly + others, costly, seed: 9);

        Assert.InRange(plan.Coalitions.Select(set => set & ((1UL << costly) - 1)).Distinct().Count(), costly, 64);
        Assert.InRange(plan.Coalitions.Count, 100, 64 * (costly + others));
        Assert.Equal(plan.Coalitions.Count, plan.Coalitions.Distinct().Count());
    }

    private static double[] Values(ShapleyPlan plan, Func<ulong, double> worth) => plan.Values([.. plan.Coalitions.Select(worth)]);

    // Players with worths of their own, and pairs that are worth more or less together.
    private static Func<ulong, double> Game(int players, int seed)
    {
        var random = new Random(seed);
        double[] alone = [.. Enumerable.Range(0, players).Select(_ => random.NextDouble() * 4 - 2)];
        (ulong Set, double Worth)[] together = [.. Enumerable.Range(0, players)
            .Select(_ => ((1UL << random.Next(players)) | (1UL << random.Next(players)), random.NextDouble() - 0.5))];
        return set => Math.Tanh(together.Where(t => (set & t.Set) == t.Set).Sum(t => t.Worth) / 3) * 3
            + Enumerable.Range(0, players).Sum(i => (set & (1UL << i)) != 0 ? alone[i] : 0) + (BitOperations.PopCount(set) > 2 ? 0.5 : 0);
    }
}
