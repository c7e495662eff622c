namespace Jianwei.Simulator.World;

/// <summary>Why the default of one company hurts another.</summary>
public enum LinkKind
{
    /// <summary>The other is the parent.</summary>
    Parent,

    /// <summary>The company has guaranteed the other's debts.</summary>
    Guarantee,

    /// <summary>The other is a main supplier.</summary>
    Supplier,
}

/// <summary>A tie of a company to another of its neighbourhood, known to everybody.</summary>
/// <param name="Kind">What ties them.</param>
/// <param name="Other">Place in the neighbourhood of the company whose default hurts.</param>
public readonly record struct Link(LinkKind Kind, int Other);

/// <summary>How much each kind of tie hurts.</summary>
public sealed class LinkLaw(WorldOptions world)
{
    /// <summary>How many kinds there are.</summary>
    public const int Kinds = 3;

    private readonly double[] drops = [world.ParentDrop, world.GuaranteeDrop, world.SupplierDrop];

    /// <summary>κ: the fall of health in the month after the other's default.</summary>
    public double Drop(LinkKind kind) => drops[(int)kind];
}
