using Jianwei.Simulator.Events;
using Jianwei.Simulator.Randomness;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>How far the observable oracle's grid is from one of twice the nodes, over all months of a sample's companies.</summary>
/// <param name="Companies">How many.</param>
/// <param name="Nodes">Of the grid.</param>
/// <param name="FinerNodes">Of the other.</param>
/// <param name="MeanProbability">For comparison.</param>
/// <param name="MeanDifference">Mean absolute difference of probabilities.</param>
/// <param name="LargestDifference">Largest absolute difference.</param>
public sealed record GridError(
    int Companies, int Nodes, int FinerNodes, double MeanProbability, double MeanDifference, double LargestDifference);

/// <summary>Runs the filter on two grids.</summary>
public static class GridCheck
{
    public static GridError Run(OracleModel coarse, Outages outages, int companies, int sample, CancellationToken cancellation)
    {
        var world = coarse.World;
        var fine = new OracleModel(world, outages, coarse.Curves, 2 * coarse.Grid.Nodes);
        var total = (companies + Neighbourhood.Size - 1) / Neighbourhood.Size;
        var found = new (int Companies, int Rows, double Sum, double Difference, double Largest)[Math.Min(sample, total)];
        Parallel.For(0, found.Length, new ParallelOptions { CancellationToken = cancellation }, s =>
        {
            var random = new RandomStream(world.Seed, Purpose.Sample, s, 1);
            var neighbourhood = new Neighbourhood(world.Seed, random.Below(total), companies);
            var lives = world.Live(neighbourhood);
            var source = new OccurrenceSource(world, outages);
            var occurrences = neighbourhood.Companies.Select((c, i) => source.Draw(c, lives[i])).ToList();
            var a = new NeighbourhoodOracle(coarse).Observe(neighbourhood, lives, occurrences, Sight.All);
            var b = new NeighbourhoodOracle(fine).Observe(neighbourhood, lives, occurrences, Sight.All);
            var pairs = lives
                .SelectMany((l, i) => Enumerable.Range(0, world.Calendar.Months).Where(l.AliveAfter).Select(t => (A: a[i][t], B: b[i][t])))
                .ToList();
            found[s] = (
                lives.Length, pairs.Count, pairs.Sum(p => p.B),
                pairs.Sum(p => Math.Abs(p.A - p.B)), pairs.Select(p => Math.Abs(p.A - p.B)).DefaultIfEmpty().Max());
        });
        var rows = Math.Max(1, found.Sum(f => f.Rows));
        return new(
            found.Sum(f => f.Companies), coarse.Grid.Nodes, fine.Grid.Nodes,
            found.Sum(f => f.Sum) / rows, found.Sum(f => f.Difference) / rows, found.Max(f => f.Largest));
    }
}
