using Jianwei.Simulator.Events;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>What all filters of a world share: grid, tables by sector and month, and which share of events is seen when.</summary>
public sealed class OracleModel
{
    /// <summary>Nodes of the grid unless said otherwise.</summary>
    public const int DefaultNodes = 64;

    private readonly MonthTables[] tables;

    /// <param name="world">The world.</param>
    /// <param name="outages">Its outages.</param>
    /// <param name="curves">Its default curves, by sector.</param>
    /// <param name="nodes">Nodes of own health.</param>
    public OracleModel(SimulatedWorld world, Outages outages, IReadOnlyList<DefaultCurves> curves, int nodes = DefaultNodes)
    {
        World = world;
        Curves = curves;
        Grid = new(world.Options, nodes);
        Visibility = new(world.Calendar, outages);
        tables = new MonthTables[Sectors.All.Count * world.Calendar.Months];
        Parallel.For(0, tables.Length, i =>
            tables[i] = new(world, Grid, curves[i / world.Calendar.Months], i / world.Calendar.Months, i % world.Calendar.Months));
        var density = Enumerable.Range(0, nodes).Select(i => world.Start.DensityAt(Grid.At(i))).ToArray();
        var sum = density.Sum();
        Start =
        [
            .. density.Select(d => (float)(d / sum * (1 - world.Growth.Share))),
            .. density.Select(d => (float)(d / sum * world.Growth.Share)),
        ];
    }

    public SimulatedWorld World { get; }

    public HealthGrid Grid { get; }

    public Visibility Visibility { get; }

    public IReadOnlyList<DefaultCurves> Curves { get; }

    /// <summary>Belief before anything of month 0 is seen; 2 × nodes.</summary>
    public float[] Start { get; }

    public static IReadOnlyList<DefaultCurves> CurvesOf(SimulatedWorld world)
    {
        var curves = new DefaultCurves[Sectors.All.Count];
        Parallel.For(0, curves.Length, s => curves[s] = new(world, Sectors.All[s]));
        return curves;
    }

    public MonthTables Tables(int sector, int month) => tables[(sector * World.Calendar.Months) + month];
}
