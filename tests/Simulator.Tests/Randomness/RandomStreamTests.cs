namespace Jianwei.Simulator.Randomness;

public sealed class RandomStreamTests
{
    [Fact]
    public void Stream_OfTheSameCounters_IsTheSame_AndOfOthersIsAnother()
    {
        var (a, b, c, d) = (
            new RandomStream(1, Purpose.Health, 7, 3), new RandomStream(1, Purpose.Health, 7, 3),
            new RandomStream(1, Purpose.Health, 3, 7), new RandomStream(1, Purpose.Links, 7, 3));

        var first = a.Next();

        Assert.Equal(first, b.Next());
        Assert.NotEqual(first, c.Next());
        Assert.NotEqual(first, d.Next());
    }

    [Fact]
    public void FirstNumbers_OfNeighbouringStreams_AreEven()
    {
        var numbers = Enumerable.Range(0, 40_000).Select(i => new RandomStream(5, Purpose.Health, i / 40, i % 40).Unit()).ToList();

        Assert.InRange(numbers.Average(), 0.495, 0.505);
        Assert.InRange(numbers.Zip(numbers.Skip(1), (a, b) => (a - 0.5) * (b - 0.5)).Average(), -0.002, 0.002);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(3)]
    [InlineData(1_234)]
    public void Poisson_HasMeanAndVariance(double mean)
    {
        var random = new RandomStream(2, Purpose.Sample);
        var draws = Enumerable.Range(0, 20_000).Select(_ => (double)random.Poisson(mean)).ToList();

        var found = draws.Average();
        Assert.InRange((found - mean) / Math.Sqrt(mean / draws.Count), -4, 4);
        Assert.InRange(draws.Average(d => (d - found) * (d - found)) / mean, 0.9, 1.1);
    }

    [Fact]
    public void Normal_HasMeanZeroAndVarianceOne()
    {
        var random = new RandomStream(3, Purpose.Sample);
        var draws = Enumerable.Range(0, 40_000).Select(_ => random.Normal()).ToList();

        Assert.InRange(draws.Average(), -0.02, 0.02);
        Assert.InRange(draws.Average(d => d * d), 0.97, 1.03);
    }
}
