using Jianwei.Simulator.Events;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>
/// Everything that a filter reads in one month of one sector, on the grid's nodes: given the common factors, a node is a total health.
/// Arrays of 2 × nodes hold the shrinking state's nodes, then the growing one's.
/// </summary>
public sealed class MonthTables
{
    public MonthTables(SimulatedWorld world, HealthGrid grid, DefaultCurves curves, int sector, int month)
    {
        var law = new EmissionLaw(world.Options);
        var nodes = grid.Nodes;
        var health = Enumerable.Range(0, nodes).Select(i => grid.At(i) + world.Factors.Of(sector, month)).ToArray();
        Visible = [.. health.Select(z => (float)EmissionLaw.Visible(z))];
        Survival = [.. Twice(health, (z, _) => world.Hazard.Survival(z))];
        LogRates = [.. EventSpecs.All.Select(s =>
            s.ARate > 0 ? Twice(health, (z, g) => law.LogRate(s, EmissionLaw.Visible(z), g)) : new float[2 * nodes])];
        LogYes = [.. WordChoices.All.Select(c =>
            Twice(health, (z, g) => -Math.Log(1 + Math.Exp(-law.LogOdds(c, EmissionLaw.Visible(z), g)))))];
        LogNo = [.. WordChoices.All.Select(c =>
            Twice(health, (z, g) => -Math.Log(1 + Math.Exp(law.LogOdds(c, EmissionLaw.Visible(z), g)))))];
        FeedRates = [.. Enumerable.Range(0, Feeds.Count).Select(feed => FeedRate((Feed)feed))];
        Probability = [.. health.Select(z => (float)curves.Within(Calendar.Year, z))];
        Chances = [.. Months(month => [.. health.Select(z => (float)curves.In(month, z))])];
        Raises = [.. Enumerable.Range(0, LinkLaw.Kinds).Select(kind =>
            Months(month => [.. health.Select(z => (float)curves.Raise((LinkKind)kind, month, z))]).ToArray())];
        Health = health;
        Curves = curves;
    }

    /// <summary>Total health by node.</summary>
    public IReadOnlyList<double> Health { get; }

    public DefaultCurves Curves { get; }

    /// <summary>Visible health by node.</summary>
    public float[] Visible { get; }

    /// <summary>Probability of no default in the month; 2 × nodes.</summary>
    public float[] Survival { get; }

    /// <summary>By feed: events a year at exposure 1; 2 × nodes.</summary>
    public float[][] FeedRates { get; }

    /// <summary>By kind; 2 × nodes.</summary>
    public float[][] LogRates { get; }

    /// <summary>By choice of words; 2 × nodes.</summary>
    public float[][] LogYes { get; }

    /// <summary>By choice of words; 2 × nodes.</summary>
    public float[][] LogNo { get; }

    /// <summary>12-month probability of default by node, at the end of the month.</summary>
    public float[] Probability { get; }

    /// <summary>By month ahead (from 0 for the first): probability of default in it, by node.</summary>
    public float[][] Chances { get; }

    /// <summary>By kind of tie and month ahead: the raise of <see cref="DefaultCurves"/>, by node.</summary>
    public float[][][] Raises { get; }

    private static float[] Twice(double[] health, Func<double, int, double> value) =>
        [.. health.Select(z => (float)value(z, -1)), .. health.Select(z => (float)value(z, +1))];

    private static IEnumerable<float[]> Months(Func<int, float[]> values) => Enumerable.Range(1, Contagion.Months).Select(values);

    private float[] FeedRate(Feed feed)
    {
        var sum = new float[Survival.Length];
        foreach (var spec in EventSpecs.All.Where(s => s.Feed == feed && s.ARate > 0))
        {
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += MathF.Exp(LogRates[(int)spec.Kind][i]);
            }
        }

        return sum;
    }
}
