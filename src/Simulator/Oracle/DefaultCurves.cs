using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>
/// For the companies of one sector, as functions of total health z at the end of a month: the probability of default within n months,
/// and by how much the default of a tied company, k months ahead, would raise the 12-month one. By backward recursion on even nodes,
/// D_n(z) = E[h(z') + (1 − h(z'))·D_(n−1)(z')], with the trapezoid rule, which for a Gaussian kernel wider than the nodes' distance
/// is exact to rounding (Trefethen and Weideman 2014); lines between nodes.
/// </summary>
public sealed class DefaultCurves
{
    private const double Low = -15;
    private const double High = 12;
    private const int Nodes = 541;
    private const double Step = (High - Low) / (Nodes - 1);

    private readonly double[][] within = new double[Calendar.Year + 1][];
    private readonly double[][][] raises = new double[LinkLaw.Kinds][][];

    public DefaultCurves(SimulatedWorld world, Sector sector)
    {
        var law = HealthLaw.Total(world.Options, sector);
        Persistence = law.Persistence;
        var hazard = Enumerable.Range(0, Nodes).Select(i => world.Hazard.Of(Low + (i * Step))).ToArray();
        var kernel = new Kernel(law);
        within[0] = new double[Nodes];
        for (var n = 1; n <= Calendar.Year; n++)
        {
            within[n] = kernel.Expect(Enumerable.Range(0, Nodes).Select(i => hazard[i] + ((1 - hazard[i]) * within[n - 1][i])).ToArray());
        }

        for (var kind = 0; kind < LinkLaw.Kinds; kind++)
        {
            raises[kind] = new double[Calendar.Year][];
            for (var ahead = 1; ahead < Calendar.Year; ahead++)
            {
                raises[kind][ahead] = Raise(kernel, hazard, world.Links.Drop((LinkKind)kind), ahead);
            }
        }
    }

    /// <summary>φ: a drop κ in the next month is as good as health lower by κ/φ now.</summary>
    public double Persistence { get; }

    /// <summary>Probability of default within so many months.</summary>
    public double Within(int months, double health) => Read(within[months], health);

    /// <summary>Probability of default in the k-th month ahead.</summary>
    public double In(int month, double health) => Math.Max(0, Within(month, health) - Within(month - 1, health));

    /// <summary>By how much a tied company's default in the k-th month ahead, 1 to 11, raises the 12-month probability.</summary>
    public double Raise(LinkKind kind, int month, double health) => Read(raises[(int)kind][month], health);

    private double[] Raise(Kernel kernel, double[] hazard, double drop, int ahead)
    {
        var left = within[Calendar.Year - ahead];
        var raise = Enumerable.Range(0, Nodes).Select(i => Read(left, Low + (i * Step) - (drop / Persistence)) - left[i]).ToArray();
        for (var step = 0; step < ahead; step++)
        {
            raise = kernel.Expect(raise.Select((r, i) => (1 - hazard[i]) * r).ToArray());
        }

        return raise;
    }

    private static double Read(double[] values, double health)
    {
        var at = Math.Clamp((health - Low) / Step, 0, Nodes - 1.000001);
        var node = (int)at;
        return values[node] + ((at - node) * (values[node + 1] - values[node]));
    }

    /// <summary>
    /// E[v(z') | z] on the nodes. Rows that lose mass over the edges are made whole again; what no double can tell from 0 is left out.
    /// </summary>
    private sealed class Kernel
    {
        private const double Nothing = 1e-17;

        private readonly double[] weights = new double[Nodes * Nodes];
        private readonly (int First, int Count)[] bands = new (int, int)[Nodes];

        public Kernel(HealthLaw law)
        {
            for (var from = 0; from < Nodes; from++)
            {
                var row = weights.AsSpan(from * Nodes, Nodes);
                for (var to = 0; to < Nodes; to++)
                {
                    row[to] = law.Density(Low + (to * Step) - (law.Persistence * (Low + (from * Step))));
                }

                Scale(row);
                var first = row.IndexOfAnyExceptInRange(0, Nothing);
                bands[from] = (first, row.LastIndexOfAnyExceptInRange(0, Nothing) - first + 1);
            }
        }

        public double[] Expect(double[] values)
        {
            var expected = new double[Nodes];
            for (var from = 0; from < Nodes; from++)
            {
                var (first, count) = bands[from];
                var row = weights.AsSpan((from * Nodes) + first, count);
                var seen = values.AsSpan(first, count);
                var sum = 0.0;
                for (var i = 0; i < row.Length; i++)
                {
                    sum += row[i] * seen[i];
                }

                expected[from] = sum;
            }

            return expected;
        }

        private static void Scale(Span<double> row)
        {
            var sum = 0.0;
            foreach (var weight in row)
            {
                sum += weight;
            }

            foreach (ref var weight in row)
            {
                weight /= sum;
            }
        }
    }
}
