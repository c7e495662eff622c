namespace Jianwei.Simulator.World;

/// <summary>Even nodes on which laws of a company's own health are kept: from the lowest value to the highest, both included.</summary>
/// <param name="Low">Far below where a company survives a month.</param>
/// <param name="High">Far above where companies are.</param>
/// <param name="Count">How many.</param>
public readonly record struct NodeRange(double Low, double High, int Count)
{
    // Of the spread. Below, shocks and drops lead further down, but there companies default at once.
    private const double Width = 4.5;

    public double Step => (High - Low) / (Count - 1);

    public static NodeRange Of(WorldOptions world, int count) => new(-Width * world.OwnSpread, Width * world.OwnSpread, count);

    public double At(int node) => Low + (node * Step);
}
