namespace Jianwei.Simulator.World;

/// <summary>The hidden course of one company.</summary>
public sealed class Life(int months)
{
    /// <summary>Own health x, by month; the total adds the factors.</summary>
    public double[] Own { get; } = new double[months];

    public bool[] Growing { get; } = new bool[months];

    /// <summary>What the defaults of others in the month before took off, by month.</summary>
    public double[] Drops { get; } = new double[months + 1];

    /// <summary>The month of its default, or <see cref="int.MaxValue"/>.</summary>
    public int DefaultMonth { get; set; } = int.MaxValue;

    /// <summary>When it defaulted: within the first days of that month.</summary>
    public long DefaultTime { get; set; }

    /// <summary>When that became known: in the same month, so that what is known at its end is exact.</summary>
    public long DefaultKnown { get; set; }

    public bool AliveAfter(int month) => month < DefaultMonth;
}
