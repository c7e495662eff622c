using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

public sealed class HealthFilterTests
{
    private const int Month = 9;

    [Fact]
    public void Filter_IsTheParticleFilter_WithoutItsNoise()
    {
        var population = Population.Empty(new(), 21, 12);
        var (ratios, weights) = (new List<double>(), new List<double>());
        foreach (var n in Enumerable.Range(0, 2))
        {
            var neighbourhood = new Neighbourhood(21, n, 1_000);
            var lives = population.World.Live(neighbourhood);
            var occurrences = population.Occurrences(neighbourhood, lives);
            foreach (var company in neighbourhood.Companies.Where(c => lives[c.Number % Neighbourhood.Size].AliveAfter(Month)))
            {
                var place = company.Number % Neighbourhood.Size;
                var curves = population.Model.Curves[company.Sector];
                var random = new RandomStream(22, Purpose.Sample, company.Number);
                var particles = new ParticleFilter(population.World, population.Model.Visibility, company, lives[place], occurrences[place])
                    .Expect(Month, 4_000, z => curves.Within(Calendar.Year, z), ref random);
                var grid = Grid(population, company, lives[place], occurrences[place]);
                ratios.Add(particles - grid);
                weights.Add(grid);
            }
        }

        // The particles' own noise is some per cent of each probability.
        Assert.InRange(ratios.Sum() / weights.Sum(), -0.05, 0.05);
        Assert.All(ratios.Zip(weights), pair => Assert.InRange(pair.First, (-0.25 * pair.Second) - 0.0005, (0.25 * pair.Second) + 0.0005));
    }

    [Fact]
    public void Grid_OfTwiceTheNodes_SaysTheSame()
    {
        var population = Population.Empty(new(), 23, 12);

        var error = GridCheck.Run(population.Model, population.Outages, 1_000, 3, default);

        Assert.InRange(error.MeanDifference / error.MeanProbability, 0, 1e-3);
        Assert.InRange(error.LargestDifference, 0, 1e-3);
    }

    [Fact]
    public void Filter_NeverReads_WhatWasNotYetObserved()
    {
        var population = Population.Empty(new(), 24, 12);
        var neighbourhood = new Neighbourhood(24, 0, 1_000);
        var lives = population.World.Live(neighbourhood);
        var occurrences = population.Occurrences(neighbourhood, lives);
        var end = population.World.Calendar.EndOf(Month);
        var cut = occurrences.Select(all => all.FindAll(o => o.Observed <= end)).ToArray();
        Assert.NotEqual(occurrences.Sum(o => o.Count), cut.Sum(o => o.Count));

        foreach (var company in neighbourhood.Companies.Where(c => lives[c.Number % Neighbourhood.Size].AliveAfter(Month)))
        {
            var place = company.Number % Neighbourhood.Size;
            Assert.Equal(Grid(population, company, lives[place], occurrences[place]), Grid(population, company, lives[place], cut[place]));
        }
    }

    private static double Grid(Population population, Company company, Life life, List<Events.Occurrence> occurrences)
    {
        var filter = new HealthFilter(population.Model, company, life, occurrences, Sight.All);
        for (var month = 0; month <= Month; month++)
        {
            filter.Advance(month);
        }

        var nodes = population.Model.Grid.Nodes;
        var tables = population.Model.Tables(company.Sector, Month);
        var sum = 0.0;
        for (var i = 0; i < nodes; i++)
        {
            sum += (filter.Belief[i] + filter.Belief[nodes + i]) * tables.Curves.Within(Calendar.Year, tables.Health[i]);
        }

        return sum;
    }
}
