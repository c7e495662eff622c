namespace Jianwei.Simulator.World;

public sealed class SimulatedWorldTests
{
    private static readonly WorldOptions Untied =
        new() { MacroSpread = 0, SectorSpread = 0, ParentDrop = 0, GuaranteeDrop = 0, SupplierDrop = 0 };

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.03)]
    public void Defaults_WithoutFactorsAndTies_ComeAtTheWantedRate(double rate)
    {
        var lives = Lives(Untied with { AnnualDefaultRate = rate }, 3, 24_000, out _);

        var years = lives.Sum(l => Math.Min(l.DefaultMonth, 24) / 12.0);
        var defaults = lives.Count(l => l.DefaultMonth < 24);

        Assert.InRange(defaults / years / rate, 0.88, 1.12);
    }

    [Fact]
    public void Hazards_AddUpToTheDefaults()
    {
        var lives = Lives(new(), 4, 16_000, out var world);

        var expected = 0.0;
        var companies = Enumerable.Range(0, lives.Count / Neighbourhood.Size)
            .SelectMany(n => new Neighbourhood(4, n, lives.Count).Companies)
            .ToList();
        foreach (var (company, life) in companies.Zip(lives))
        {
            expected += Enumerable.Range(0, 24)
                .Where(t => life.DefaultMonth >= t)
                .Sum(t => world.Hazard.Of(world.Health(company, life, t)));
        }

        // A default is a coin given the hazards before it, so the difference is a martingale with at most this variance.
        var defaults = lives.Count(l => l.DefaultMonth < 24);
        Assert.InRange((defaults - expected) / Math.Sqrt(expected), -4, 4);
    }

    [Fact]
    public void Drop_FollowsTheDefaultOfATiedCompany_InTheNextMonth()
    {
        var options = new WorldOptions { AnnualDefaultRate = 0.1 };
        var world = new SimulatedWorld(options, 5, new(new(2021, 1, 1), 24));
        var seen = 0;
        for (var n = 0; n < 100; n++)
        {
            var neighbourhood = new Neighbourhood(5, n, 1_600);
            var lives = world.Live(neighbourhood);
            foreach (var company in neighbourhood.Companies)
            {
                var life = lives[company.Number % Neighbourhood.Size];
                var expected = company.Links.Where(l => lives[l.Other].DefaultMonth < 30).GroupBy(l => lives[l.Other].DefaultMonth + 1)
                    .ToDictionary(g => g.Key, g => g.Sum(l => world.Links.Drop(l.Kind)));
                Assert.All(Enumerable.Range(0, 31), t => Assert.Equal(expected.GetValueOrDefault(t), life.Drops[t], 9));
                seen += expected.Count;
            }
        }

        Assert.True(seen > 50, $"only {seen} drops");
    }

    [Fact]
    public void Default_IsKnown_InItsOwnMonth()
    {
        var lives = Lives(new() { AnnualDefaultRate = 0.1 }, 6, 8_000, out var world);

        Assert.All(lives.Where(l => l.DefaultMonth < 24), l =>
        {
            Assert.Equal(l.DefaultMonth, world.Calendar.MonthOf(l.DefaultTime));
            Assert.Equal(l.DefaultMonth, world.Calendar.MonthOf(l.DefaultKnown));
            Assert.True(l.DefaultKnown > l.DefaultTime);
        });
    }

    [Fact]
    public void Company_IsTheSame_HoweverManyThereAre()
    {
        var few = new Neighbourhood(7, 2, 48).Companies;
        var many = new Neighbourhood(7, 2, 1_000_000).Companies;

        Assert.Equal(
            few.Select(c => (c.Number, c.Sector, c.HeadCount, string.Join(' ', c.Links))),
            many.Select(c => (c.Number, c.Sector, c.HeadCount, string.Join(' ', c.Links))));
    }

    private static List<Life> Lives(WorldOptions options, ulong seed, int companies, out SimulatedWorld world)
    {
        var made = world = new(options, seed, new(new(2021, 1, 1), 24));
        return [.. Enumerable.Range(0, companies / Neighbourhood.Size).AsParallel().AsOrdered()
            .SelectMany(n => made.Live(new(seed, n, companies)))];
    }
}
