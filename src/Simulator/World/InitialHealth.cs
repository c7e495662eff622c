using Jianwei.Simulator.Randomness;

namespace Jianwei.Simulator.World;

/// <summary>
/// The law of a company's own health in month 0: the quasi-stationary law, which is what is left of a population that has lived
/// with this hazard for long. Its monthly loss λ gives the yearly default rate 1 − (1 − λ)^12, for which the hazard's level is solved.
/// </summary>
/// <remarks>The law lives on even nodes; between them the density is a line.</remarks>
public sealed class InitialHealth
{
    private const int Nodes = 241;
    private const int Rounds = 400;

    private readonly double[] cumulative;
    private readonly double[] density;
    private readonly NodeRange range;

    private InitialHealth(NodeRange range, double[] density, HazardLaw hazard)
    {
        (this.range, this.density, Hazard) = (range, density, hazard);
        cumulative = new double[Nodes];
        for (var i = 1; i < Nodes; i++)
        {
            cumulative[i] = cumulative[i - 1] + ((density[i - 1] + density[i]) / 2 * range.Step);
        }
    }

    /// <summary>The hazard whose level gives the wanted default rate.</summary>
    public HazardLaw Hazard { get; }

    /// <summary>Solves for the hazard's level by bisection; the yearly rate rises with it.</summary>
    public static InitialHealth Calibrate(WorldOptions world)
    {
        var range = NodeRange.Of(world, Nodes);
        var kernel = Kernel(HealthLaw.Own(world), range);
        var (low, high) = (-60.0, 3.0);
        while (high - low > 1e-6)
        {
            var middle = (low + high) / 2;
            (low, high) = Lives(world, range, kernel, new(middle, world.HazardSlope)).Rate < world.AnnualDefaultRate
                ? (middle, high)
                : (low, middle);
        }

        var hazard = new HazardLaw(low, world.HazardSlope);
        return new(range, Lives(world, range, kernel, hazard).Density, hazard);
    }

    /// <summary>The density at a value; 0 outside.</summary>
    public double DensityAt(double value)
    {
        var at = (value - range.Low) / range.Step;
        var node = (int)Math.Floor(at);
        return node < 0 || node >= Nodes - 1 ? 0 : density[node] + ((at - node) * (density[node + 1] - density[node]));
    }

    /// <summary>A draw, by inverting the piecewise quadratic distribution function.</summary>
    public double Draw(ref RandomStream random)
    {
        var wanted = random.Unit() * cumulative[^1];
        var found = Array.BinarySearch(cumulative, wanted);
        var node = Math.Clamp(found >= 0 ? found : ~found - 1, 0, Nodes - 2);
        var (left, slope, rest) = (density[node], (density[node + 1] - density[node]) / range.Step, wanted - cumulative[node]);
        var distance = Math.Abs(slope) < 1e-12
            ? rest / Math.Max(left, 1e-300)
            : 2 * rest / (left + Math.Sqrt(Math.Max(0, (left * left) + (2 * slope * rest))));
        return range.At(node) + Math.Clamp(distance, 0, range.Step);
    }

    // Power iteration of "move, then survive": the density converges to the quasi-stationary one, its norm to 1 − λ.
    private static (double[] Density, double Rate) Lives(WorldOptions world, NodeRange range, double[] kernel, HazardLaw hazard)
    {
        var survival = Survival(world, range, hazard);
        var density = Enumerable.Repeat(1 / (range.High - range.Low), Nodes).ToArray();
        var next = new double[Nodes];
        var kept = 1.0;
        for (var round = 0; round < Rounds; round++)
        {
            Array.Clear(next);
            for (var from = 0; from < Nodes; from++)
            {
                Add(next, kernel.AsSpan(from * Nodes, Nodes), density[from]);
            }

            for (var i = 0; i < Nodes; i++)
            {
                next[i] *= survival[i];
            }

            var before = kept;
            kept = next.Sum() * range.Step;
            for (var i = 0; i < Nodes; i++)
            {
                density[i] = next[i] / kept;
            }

            if (Math.Abs(kept - before) < 1e-11)
            {
                break;
            }
        }

        return (density, 1 - Math.Pow(kept, Calendar.Year));
    }

    // The hazard averaged over the stationary law of a factor of weight 1.
    private static double[] Survival(WorldOptions world, NodeRange range, HazardLaw hazard)
    {
        const int points = 41;
        var spread = Math.Sqrt((world.MacroSpread * world.MacroSpread) + (world.SectorSpread * world.SectorSpread));
        var survival = new double[Nodes];
        for (var i = 0; i < Nodes; i++)
        {
            var (sum, weight) = (0.0, 0.0);
            for (var p = 0; p < points; p++)
            {
                var deviation = -4 + (8.0 * p / (points - 1));
                var w = Math.Exp(-0.5 * deviation * deviation);
                sum += w * hazard.Survival(range.At(i) + (spread * deviation));
                weight += w;
            }

            survival[i] = sum / weight;
        }

        return survival;
    }

    private static double[] Kernel(HealthLaw law, NodeRange range)
    {
        var kernel = new double[Nodes * Nodes];
        for (var from = 0; from < Nodes; from++)
        {
            for (var to = 0; to < Nodes; to++)
            {
                kernel[(from * Nodes) + to] = law.Density(range.At(to) - (law.Persistence * range.At(from))) * range.Step;
            }
        }

        return kernel;
    }

    private static void Add(Span<double> sum, ReadOnlySpan<double> row, double weight)
    {
        for (var i = 0; i < sum.Length; i++)
        {
            sum[i] += weight * row[i];
        }
    }
}
