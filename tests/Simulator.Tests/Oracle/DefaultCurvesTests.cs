using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

public sealed class DefaultCurvesTests
{
    private static readonly SimulatedWorld World = new(new(), 31, new(new(2021, 1, 1), 12));
    private static readonly DefaultCurves Curves = new(World, Sectors.All[0]);

    [Theory]
    [InlineData(-3.5)]
    [InlineData(-2.5)]
    [InlineData(-1)]
    public void Within_IsTheShareOfSimulatedPaths(double health)
    {
        const int paths = 40_000;
        var law = HealthLaw.Total(World.Options, Sectors.All[0]);
        var random = new RandomStream(32, Purpose.Sample);
        var defaults = new int[Calendar.Year + 1];
        for (var path = 0; path < paths; path++)
        {
            var z = health;
            for (var month = 1; month <= Calendar.Year; month++)
            {
                z = law.Step(z, 0, ref random);
                if (random.Chance(World.Hazard.Of(z)))
                {
                    defaults[month]++;
                    break;
                }
            }
        }

        Assert.All([1, 6, 12], months => Close(defaults.Take(months + 1).Sum() / (double)paths, Curves.Within(months, health), paths));
        Close(defaults[3] / (double)paths, Curves.In(3, health), paths);
    }

    [Fact]
    public void Within_FallsWithHealth_AndRisesWithMonths()
    {
        for (var z = -9.9; z < 6; z += 0.1)
        {
            Assert.True(Curves.Within(12, z) >= Curves.Within(12, z + 0.1) - 1e-12);
            Assert.True(Curves.Within(12, z) >= Curves.Within(11, z) - 1e-12);
        }

        // Not for the worst: they default before a drop can matter.
        Assert.True(Curves.Raise(LinkKind.Parent, 1, -1) > Curves.Raise(LinkKind.Parent, 11, -1));
        Assert.True(Curves.Raise(LinkKind.Parent, 1, -1) > Curves.Raise(LinkKind.Supplier, 1, -1));
    }

    [Fact]
    public void LatentOracle_IsNestedSimulation_WithinAFewPerCent()
    {
        var (all, tied) = new NestedCheck(World, OracleModel.CurvesOf(World)).Run(4_000, 24, 1_500, default);

        Assert.InRange(all.RelativeError, (-4 * all.RelativeNoise) - 0.02, (4 * all.RelativeNoise) + 0.02);
        Assert.InRange(tied.RelativeError, (-4 * tied.RelativeNoise) - 0.03, (4 * tied.RelativeNoise) + 0.03);
        Assert.True(tied.Companies > 50);
    }

    private static void Close(double found, double expected, int paths) =>
        Assert.InRange((found - expected) / Math.Sqrt((expected * (1 - expected) / paths) + 1e-9), -4, 4);
}
