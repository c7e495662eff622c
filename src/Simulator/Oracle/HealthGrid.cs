using System.Collections.Concurrent;
using System.Numerics;
using Jianwei.Simulator.World;

namespace Jianwei.Simulator.Oracle;

/// <summary>
/// The even nodes on which a filter keeps its belief about a company's own health, and the monthly transition between them
/// (Nyström's method: the kernel's density at the nodes, rows made whole). A month's spread is wider than the nodes' distance, so
/// the trapezoid rule behind it is exact to rounding.
/// </summary>
public sealed class HealthGrid
{
    private readonly HealthLaw law;
    private readonly NodeRange range;
    private readonly ConcurrentDictionary<double, float[]> kernels = new();

    /// <param name="world">For the law of a company's own health.</param>
    /// <param name="nodes">A multiple of 32, so that vectors of any width fit.</param>
    public HealthGrid(WorldOptions world, int nodes)
    {
        if (nodes <= 0 || nodes % 32 != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(nodes), nodes, "allowed: a multiple of 32 above 0");
        }

        law = HealthLaw.Own(world);
        range = NodeRange.Of(world, nodes);
    }

    public int Nodes => range.Count;

    public double At(int node) => range.At(node);

    /// <summary>
    /// One month: out = in · kernel, for both states of growth at once. Arrays hold the shrinking state's nodes, then the growing one's.
    /// </summary>
    /// <param name="belief">Before; 2 × nodes.</param>
    /// <param name="moved">After; 2 × nodes.</param>
    /// <param name="drop">What known defaults of tied companies took off.</param>
    public void Move(ReadOnlySpan<float> belief, Span<float> moved, double drop)
    {
        var kernel = kernels.GetOrAdd(drop, Kernel);
        var width = Vector<float>.Count;
        for (var to = 0; to < Nodes; to += 2 * width)
        {
            var (a0, a1, b0, b1) = (Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero, Vector<float>.Zero);
            for (var from = 0; from < Nodes; from++)
            {
                var row = kernel.AsSpan((from * Nodes) + to);
                var (k0, k1) = (new Vector<float>(row), new Vector<float>(row[width..]));
                var (shrinking, growing) = (new Vector<float>(belief[from]), new Vector<float>(belief[Nodes + from]));
                a0 = Vector.FusedMultiplyAdd(shrinking, k0, a0);
                a1 = Vector.FusedMultiplyAdd(shrinking, k1, a1);
                b0 = Vector.FusedMultiplyAdd(growing, k0, b0);
                b1 = Vector.FusedMultiplyAdd(growing, k1, b1);
            }

            a0.CopyTo(moved[to..]);
            a1.CopyTo(moved[(to + width)..]);
            b0.CopyTo(moved[(Nodes + to)..]);
            b1.CopyTo(moved[(Nodes + to + width)..]);
        }
    }

    private float[] Kernel(double drop)
    {
        var kernel = new float[Nodes * Nodes];
        for (var from = 0; from < Nodes; from++)
        {
            var row = new double[Nodes];
            for (var to = 0; to < Nodes; to++)
            {
                row[to] = law.Density(At(to) - (law.Persistence * At(from)) + drop);
            }

            var sum = row.Sum();
            for (var to = 0; to < Nodes; to++)
            {
                kernel[(from * Nodes) + to] = (float)(row[to] / sum);
            }
        }

        return kernel;
    }
}
