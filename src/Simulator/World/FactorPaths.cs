using Jianwei.Simulator.Randomness;

namespace Jianwei.Simulator.World;

/// <summary>The common part of health, month by month: a·m(t) + b·f(t) for each sector. Every company of a sector shares it.</summary>
public sealed class FactorPaths
{
    private readonly double[][] common;

    /// <param name="world">Spreads and persistence.</param>
    /// <param name="seed">The world's seed.</param>
    /// <param name="months">Months to draw.</param>
    public FactorPaths(WorldOptions world, ulong seed, int months)
    {
        var macro = Path(world, world.MacroSpread, seed, 0, months);
        common =
        [
            .. Sectors.All.Select((sector, s) =>
            {
                var own = Path(world, world.SectorSpread, seed, s + 1, months);
                return Enumerable.Range(0, months).Select(t => (sector.MacroWeight * macro[t]) + (sector.SectorWeight * own[t])).ToArray();
            }),
        ];
    }

    /// <summary>What the factors add to the health of a sector's companies in a month.</summary>
    public double Of(int sector, int month) => common[sector][month];

    private static double[] Path(WorldOptions world, double spread, ulong seed, int factor, int months)
    {
        var path = new double[months];
        for (var month = 0; month < months; month++)
        {
            var random = new RandomStream(seed, Purpose.Factors, factor, month);
            path[month] = month == 0
                ? spread * random.Normal()
                : (world.Persistence * path[month - 1]) + (HealthLaw.Monthly(world, spread) * random.Normal());
        }

        return path;
    }
}
